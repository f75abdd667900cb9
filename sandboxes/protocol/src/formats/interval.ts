import { z } from 'zod';

/** An estimate with its 95 % interval over `n` resampled units. */
export const Interval = z.strictObject({ value: z.number(), low: z.number(), high: z.number(), n: z.number().int() });
export type Interval = z.infer<typeof Interval>;
