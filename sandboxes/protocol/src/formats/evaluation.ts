import { z } from 'zod';
import { Name } from '../ids.js';
import { Interval } from './interval.js';
import { RetrievalReport } from './retrieval.js';

export const Accuracy = z.strictObject({
  candidate: Name,
  /** Mean over targets of the share of items labelled right, with its 95 % bootstrap interval over items. */
  overall: Interval,
  perTarget: z.record(z.string(), Interval),
});

export const PairedTest = z.strictObject({
  a: Name,
  b: Name,
  /** Accuracy of b minus accuracy of a on the same items, with its 95 % paired bootstrap interval. */
  difference: Interval,
  /** difference / accuracy of a. */
  relative: Interval,
  /** Two-sided p of the paired bootstrap on the overall score. */
  pValue: z.number(),
  /** McNemar's exact two-sided p for each target. */
  mcnemar: z.record(
    z.string(),
    z.strictObject({ onlyA: z.number().int(), onlyB: z.number().int(), pValue: z.number() }),
  ),
});

export const LatencyPoint = z.strictObject({
  candidate: Name,
  imagesPerRequest: z.number().int(),
  n: z.number().int(),
  p50Ms: z.number(),
  p95Ms: z.number(),
  /** CPU seconds of the process per request, and that times the price: for 1,000 requests. */
  cpuMsPerRequest: z.number(),
  costPer1000: z.number(),
});

/** native / swapped at one number of images a request: the median of the interleaved rounds' ratios and their 2.5 and 97.5 percentiles. */
export const LatencyRatio = z.strictObject({
  imagesPerRequest: z.number().int(),
  rounds: z.number().int(),
  latency: Interval,
  cost: Interval,
});

/** `report.json` of an `evaluate` run. Three kinds of candidate: native as it is, native fine-tuned, swapped. */
export const EvaluationReport = z.strictObject({
  format: z.literal('graft-evaluation'),
  formatVersion: z.literal(1),
  split: z.string(),
  targets: z.array(z.string()),
  itemCount: z.number().int(),
  accuracy: z.array(Accuracy),
  paired: z.array(PairedTest),
  /** The swapped candidate with its vectors shuffled between the items; `chance` is the accuracy of always guessing at random with the label frequencies. */
  control: z.strictObject({ candidate: Name, shuffled: Interval, chance: z.number(), majority: z.number() }).nullable(),
  latency: z.array(LatencyPoint),
  ratios: z.array(LatencyRatio),
  pricing: z.strictObject({ currency: z.string(), perCpuHour: z.number() }),
  /** Wrong answers worth looking at: item ids with the true and predicted labels of each candidate. */
  examples: z.array(
    z.strictObject({
      itemId: z.string(),
      target: z.string(),
      actual: z.string(),
      predicted: z.record(z.string(), z.string()),
    }),
  ),
  /** What a dual encoder finds; null where none was asked about. */
  retrieval: RetrievalReport.nullable().default(null),
  environment: z.record(z.string(), z.string()),
});
export type EvaluationReport = z.infer<typeof EvaluationReport>;
