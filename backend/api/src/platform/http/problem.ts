import { z } from 'zod';
import { dto } from './dto.js';

const ProblemField = dto(
  'ProblemField',
  z.strictObject({
    field: z.string().describe('Path of the refused field, such as limits.memoryMb'),
    expected: z.string(),
    found: z.string(),
    message: z.string(),
  }),
);

/** RFC 9457 problem details, the body of every answer that is not a success (`application/problem+json`). */
export const Problem = dto(
  'Problem',
  z.strictObject({
    type: z.string().describe('about:blank: the code says which problem it is'),
    title: z.string(),
    status: z.number().int(),
    code: z.string().describe('Stable, made for programs'),
    detail: z.string().describe('Made for people: what is wrong and what to do next'),
    errors: z.array(ProblemField).optional(),
    traceId: z.string().describe('Finds this request in the logs'),
  }),
);
export type Problem = z.infer<typeof Problem>;
