import { z } from 'zod';
import { DomainError } from '../kernel/index.js';
import { Unit } from '../feedback/index.js';

const datatypes = [
  'BOOL',
  'UINT8',
  'UINT16',
  'UINT32',
  'UINT64',
  'INT8',
  'INT16',
  'INT32',
  'INT64',
  'FP16',
  'FP32',
  'FP64',
  'BYTES',
] as const;

/** No tensor is larger, and the number of images of an exposure is a 32-bit column. */
const MAX_DIMENSION = 2 ** 31 - 1;

/** Open Inference Protocol v2, JSON form. Of its optional parts what is not listed here is refused by name, not ignored. */
export const InferRequest = z.strictObject({
  id: z
    .string()
    .max(200)
    // It is logged with the exposure, and PostgreSQL has no NUL in text.
    .refine((id) => !id.includes('\0'), 'expected text without NUL characters')
    .optional(),
  parameters: z
    .strictObject({
      unit: Unit.optional(),
      /** Whose vectors the request carries: input `item_embeddings` is refused without it, and with another space's. */
      space_id: z.string().max(100).optional(),
    })
    .optional(),
  inputs: z
    .array(
      z.strictObject({
        name: z.string().min(1).max(200),
        shape: z.array(z.number().int().min(0).max(MAX_DIMENSION)).min(1).max(8),
        datatype: z.enum(datatypes),
        data: z.array(z.unknown()),
      }),
    )
    .min(1)
    .max(16),
  outputs: z.array(z.strictObject({ name: z.string().min(1).max(200) })).optional(),
});
export type InferRequest = z.infer<typeof InferRequest>;

/** What a model server answers; checked because it comes out of a sandbox. */
const ModelResult = z.object({
  /** Whose vectors are among the outputs, and how many items had to be encoded because no snapshot has them yet. */
  parameters: z
    .object({ space_id: z.string().max(100).optional(), encoded_on_miss: z.number().int().min(0).optional() })
    .default({}),
  outputs: z.array(
    z.object({ name: z.string(), shape: z.array(z.number()), datatype: z.string(), data: z.array(z.unknown()) }),
  ),
});
const Ports = z.array(z.object({ name: z.string(), datatype: z.string(), shape: z.array(z.number()) }));
const ModelPorts = z.object({ inputs: Ports, outputs: Ports });
export type ModelPorts = z.infer<typeof ModelPorts>;
const ModelError = z.object({ error: z.string().max(2000) });

export type ModelResult = z.infer<typeof ModelResult>;

/** @throws SyntaxError or ZodError when a 200 answer is not what the protocol says */
export function parseResult(body: Buffer): ModelResult {
  return ModelResult.parse(JSON.parse(body.toString('utf8')));
}

/** @throws SyntaxError or ZodError when the metadata is not what the protocol says */
export function parsePorts(body: Buffer): ModelPorts {
  return ModelPorts.parse(JSON.parse(body.toString('utf8')));
}

/** The server's own words on why it refused, or a sentence where it gave none. */
export function parseError(status: number, body: Buffer): string {
  try {
    return ModelError.parse(JSON.parse(body.toString('utf8'))).error;
  } catch {
    return `The model server answered ${status} without an explanation.`;
  }
}

/** The unit that the request is for: from the header or from the body, but never two different ones. */
export function unitOf(body: InferRequest, header: string | string[] | undefined): string {
  const inBody = body.parameters?.unit;
  const inHeader = header === undefined ? undefined : Unit.safeParse(header).data;
  if (header !== undefined && inHeader === undefined)
    throw new DomainError('validation-failed', 'x-graft-unit: expected one value of 1 to 256 characters');
  if (inBody !== undefined && inHeader !== undefined && inBody !== inHeader) {
    throw new DomainError(
      'validation-failed',
      `parameters.unit: expected the same unit as header x-graft-unit (${inHeader}), found ${inBody}. Send one of the two.`,
    );
  }
  const unit = inBody ?? inHeader;
  if (unit === undefined) {
    throw new DomainError(
      'validation-failed',
      'parameters.unit: expected the id of the user, session or device this request is for, found nothing. Set it or the header x-graft-unit.',
    );
  }
  return unit;
}

/** Rows of the first input: the number of pictures or items asked about. */
export function imageCount(body: InferRequest): number {
  return body.inputs[0]?.shape[0] ?? 0;
}
