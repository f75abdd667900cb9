import { z } from 'zod';

/** The record that a unit was shown a variant: one line of the gateway's log, one row of `exposures`. */
export const Exposure = z.strictObject({
  id: z.uuid(),
  at: z.iso.datetime(),
  requestId: z.string(),
  endpointId: z.uuid(),
  /** Which weights were in force: an analysis compares units of one revision only. */
  trafficRevision: z.number().int(),
  variant: z.string(),
  modelVersionId: z.uuid(),
  unit: z.string(),
  /** Probability with which this unit was given this variant. */
  propensity: z.number(),
  latencyMs: z.number(),
  /** HTTP status the caller got. A request that found no ready server counts too: its unit was assigned. */
  status: z.number().int(),
  images: z.number().int(),
});
export type Exposure = z.infer<typeof Exposure>;
