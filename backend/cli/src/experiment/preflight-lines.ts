import type { Schemas } from '../api.js';
import { milliseconds, seconds, table } from '../terminal/table.js';

export type PreflightReport = Schemas['PreflightReport'];

/** A step of a small training takes milliseconds. */
const took = (value: number): string => (value < 1 ? milliseconds : seconds)(1000 * value);
const CENT = 0.01;

const mebibytes = (bytes: number): string => `${Math.round(bytes / 2 ** 20)} MiB`;

/** What a person wants to know of a training before starting it: what is wrong, then what it takes. */
export function preflightLines(step: string, { items, findings, estimate }: PreflightReport): string[] {
  const { stepSeconds, totalSteps, cost, memoryLimitBytes } = estimate;
  const limit = memoryLimitBytes === null ? '' : ` of ${mebibytes(memoryLimitBytes)}`;
  return [
    `${step}: ${items.train} items to train on, ${items.validation} to validate on`,
    ...(findings.length === 0
      ? ['  nothing to look at before starting']
      : findings.map(({ level, message }) => `  ${level.padEnd(7)}  ${message}`)),
    ...table(
      [{ title: '  time' }, { title: 'steps' }, { title: 'one step' }, { title: 'peak memory' }, { title: 'cost' }],
      [
        [
          `  ${seconds(1000 * estimate.totalSeconds)}`,
          String(totalSteps),
          `${took(stepSeconds.median)} (${took(stepSeconds.low)} to ${took(stepSeconds.high)}, n ${stepSeconds.n})`,
          mebibytes(estimate.peakMemoryBytes) + limit,
          `${cost.value < CENT ? cost.value.toPrecision(2) : cost.value.toFixed(2)} ${cost.currency}`,
        ],
      ],
    ),
  ];
}
