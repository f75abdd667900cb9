import { z } from 'zod';

export const FailureCode = z.enum([
  'input-invalid',
  'space-mismatch',
  'out-of-memory',
  'budget-exceeded',
  'deadline-exceeded',
  'artifact-missing',
  'artifact-refused',
  'protocol-violation',
  'cancelled',
  'lost',
  'internal',
]);
export type FailureCode = z.infer<typeof FailureCode>;

/** Why a run ended without success. `message` says what to do next; `retryable` says whether the same task may succeed later. */
export const Failure = z.strictObject({
  code: FailureCode,
  message: z.string().min(1).max(2000),
  retryable: z.boolean(),
});
export type Failure = z.infer<typeof Failure>;
