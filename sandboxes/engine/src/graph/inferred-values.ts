import { create } from '@bufbuild/protobuf';
import { InferenceSession } from 'onnxruntime-node';
import { copyOf, type Shape } from '../proto/messages.js';
import { ValueInfoProtoSchema } from '../proto/onnx.gen.js';
import type { Model } from '../model/model.js';
import type { ElementType } from '../tensors/tensor.js';

/** What is known of a value before anything runs; a size that only feeds decide is a name. */
export interface KnownValue {
  readonly type: ElementType;
  readonly shape: Shape;
}

/**
 * Type and shape of every input and of every tensor that a node answers, as onnxruntime infers them; open sizes by name. Values of
 * types that its JavaScript interface has no word for (8-bit floats, sequences) are left out.
 */
export async function inferredValues(model: Model): Promise<Map<string, KnownValue>> {
  const outputs = new Set(model.graph.output.map(({ name }) => name));
  const inner = model.graph.node.flatMap(({ output }) => output.filter((name) => name !== '' && !outputs.has(name)));
  return await inferred(model, [...outputs, ...inner]);
}

/** Looks at all at once; where one of them cannot be described, at each half. */
async function inferred(model: Model, names: readonly string[]): Promise<Map<string, KnownValue>> {
  const output = names.map((name) => create(ValueInfoProtoSchema, { name }));
  const recorded = new Map(model.graph.output.map((info) => [info.name, info]));
  const exposed = copyOf(model.graph, { output: output.map((info) => recorded.get(info.name) ?? info) });
  let session: InferenceSession;
  try {
    session = await InferenceSession.create(model.withGraph(exposed, model.initializers).toBytes(), {
      graphOptimizationLevel: 'disabled',
      logSeverityLevel: 3,
      intraOpNumThreads: 1,
    });
  } catch (error) {
    if (!(error instanceof Error) || !error.message.startsWith('Unsupported data type')) throw error;
    if (names.length < 2) return new Map();
    const half = names.length >> 1;
    return new Map([...(await inferred(model, names.slice(0, half))), ...(await inferred(model, names.slice(half)))]);
  }
  const { inputMetadata, outputMetadata } = session;
  await session.release();
  return new Map(
    [...inputMetadata, ...outputMetadata].flatMap((found) =>
      found.isTensor ? [[found.name, { type: found.type as ElementType, shape: found.shape }]] : [],
    ),
  );
}
