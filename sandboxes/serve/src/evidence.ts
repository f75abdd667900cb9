import { Refusal } from '@graft/runner';
import type { InferenceRequest } from './inference-protocol.js';

/** What a request's input has become. */
export interface Batch {
  /** Row-major [count, ...rowShape]. */
  readonly rows: Float32Array;
  readonly count: number;
  /** Items that no snapshot holds, whose pictures were encoded for this request. */
  readonly encodedOnMiss: number;
}

/** Turns a request's input into the batch that the model reads. */
export interface Evidence extends AsyncDisposable {
  readonly port: 'pixel_values' | 'item_embeddings';
  /** Shape of one row of the batch. */
  readonly rowShape: readonly number[];
  /** Inputs it takes, as the protocol's model metadata lists them. */
  readonly inputs: readonly { readonly name: string; readonly datatype: string; readonly shape: readonly number[] }[];
  batch(request: InferenceRequest): Promise<Batch>;
}

export function unknownItem(id: string, reason: string): Refusal {
  return new Refusal(400, `Input "item_ids": unknown item ${JSON.stringify(id.slice(0, 130))}: ${reason}.`);
}

/** @throws Refusal 400 where the request does not say whose vectors they are, 409 where they are another space's */
export function assertSpace({ parameters }: InferenceRequest, expected: string): void {
  const found = parameters?.['space_id'];
  if (typeof found !== 'string')
    throw new Refusal(
      400,
      `parameters.space_id: expected the space of the vectors, found ${found === undefined ? 'nothing' : JSON.stringify(found)}. This model reads ${expected}.`,
    );
  if (found !== expected)
    throw new Refusal(
      409,
      `space-mismatch: parameters.space_id: expected ${expected}, whose vectors this model reads, found ${found.slice(0, 100)}. Vectors of two spaces mean different things, also where their dimension agrees.`,
    );
}
