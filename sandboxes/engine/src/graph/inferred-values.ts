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

/** Type and shape of every input and of every tensor that a node answers, as onnxruntime infers them; open sizes by name. */
export async function inferredValues(model: Model): Promise<Map<string, KnownValue>> {
  const known = new Set(model.graph.output.map(({ name }) => name));
  const inner = model.graph.node.flatMap(({ output }) => output.filter((name) => name !== '' && !known.has(name)));
  const output = [...model.graph.output, ...inner.map((name) => create(ValueInfoProtoSchema, { name }))];
  const session = await InferenceSession.create(
    model.withGraph(copyOf(model.graph, { output }), model.initializers).toBytes(),
    { graphOptimizationLevel: 'disabled', logSeverityLevel: 3, intraOpNumThreads: 1 },
  );
  const { inputMetadata, outputMetadata } = session;
  await session.release();
  return new Map(
    [...inputMetadata, ...outputMetadata].flatMap((found) =>
      found.isTensor ? [[found.name, { type: found.type as ElementType, shape: found.shape }]] : [],
    ),
  );
}
