import { Refusal } from '@graft/runner';
import { z } from 'zod';

/** Open Inference Protocol v2, the parts a classifier over pictures or item ids needs. */
const RequestInput = z.strictObject({
  name: z.enum(['item_ids', 'images']),
  shape: z.array(z.number().int().min(0)).min(1).max(2),
  datatype: z.literal('BYTES'),
  parameters: z.record(z.string(), z.unknown()).optional(),
  data: z.array(z.string()).min(1).max(1000),
});

const InferenceRequest = z.strictObject({
  id: z.string().max(200).optional(),
  parameters: z.record(z.string(), z.unknown()).optional(),
  inputs: z.array(RequestInput).length(1),
  outputs: z
    .array(z.strictObject({ name: z.string(), parameters: z.record(z.string(), z.unknown()).optional() }))
    .optional(),
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
  const { name, shape, data } = request.data.inputs[0]!;
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
