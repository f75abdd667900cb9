import { Refusal } from '@graft/runner';
import { z } from 'zod';

/** Vectors as they lie in a snapshot: an input and an output of models that read them. */
export const VECTORS = 'item_embeddings';

const Parameters = z.record(z.string(), z.unknown()).optional();
const Shape = z.array(z.number().int().min(0)).min(1).max(2);
const Texts = z.strictObject({
  shape: Shape,
  datatype: z.literal('BYTES'),
  parameters: Parameters,
  data: z.array(z.string()).min(1).max(1000),
});
const Vectors = z.strictObject({
  name: z.literal(VECTORS),
  shape: Shape,
  datatype: z.literal('FP32'),
  parameters: Parameters,
  data: z.array(z.number()).min(1),
});

/** Open Inference Protocol v2, the parts a classifier over pictures, item ids or vectors needs. */
const InferenceRequest = z.strictObject({
  id: z.string().max(200).optional(),
  parameters: Parameters,
  inputs: z.tuple([
    z.discriminatedUnion('name', [
      Texts.extend({ name: z.literal('item_ids') }),
      Texts.extend({ name: z.literal('images') }),
      Vectors,
    ]),
  ]),
  outputs: z.array(z.strictObject({ name: z.string(), parameters: Parameters })).optional(),
});
export type InferenceRequest = z.infer<typeof InferenceRequest>;

export interface OutputTensor {
  readonly name: string;
  readonly datatype: 'BYTES' | 'FP32';
  readonly shape: readonly number[];
  readonly data: readonly (string | number)[];
}

/** Reads a request body; a wrong one is refused with the field, what was expected and what was found. */
export function parseInferenceRequest(body: string): InferenceRequest {
  let json: unknown;
  try {
    json = JSON.parse(body);
  } catch (error) {
    throw new Refusal(400, `The body is not JSON: ${String(error)}`);
  }
  const request = InferenceRequest.safeParse(json);
  if (!request.success) throw new Refusal(400, `The request is not valid: ${z.prettifyError(request.error)}`);
  const { name, shape, data } = request.data.inputs[0];
  const expected = shape.reduce((product, size) => product * size, 1);
  if (expected !== data.length)
    throw new Refusal(
      400,
      `Input "${name}": expected ${expected} values by its shape [${shape.join(', ')}], found ${data.length}.`,
    );
  return request.data;
}

/** The outputs asked for, all where the request names none. */
export function selectOutputs(request: InferenceRequest, outputs: readonly OutputTensor[]): readonly OutputTensor[] {
  return (
    request.outputs?.map(({ name }) => {
      const output = outputs.find((candidate) => candidate.name === name);
      if (!output)
        throw new Refusal(
          400,
          `Output "${name}": expected one of ${outputs.map((candidate) => candidate.name).join(', ')}.`,
        );
      return output;
    }) ?? outputs
  );
}
