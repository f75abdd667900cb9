import { create } from '@bufbuild/protobuf';
import { ValueInfoProtoSchema } from '../proto/onnx.gen.js';
import { copyOf, valueInfo } from '../proto/messages.js';
import { inferredValues, type KnownValue } from '../graph/inferred-values.js';
import type { Model } from './model.js';
import { recordedInfo } from './walk.js';

/** Type and shape of every value as onnxruntime infers them from the inputs alone, whatever the file records about the others. */
export const inferredAlone = (model: Model): Promise<Map<string, KnownValue>> =>
  inferredValues(
    model.withGraph(
      copyOf(model.graph, {
        valueInfo: [],
        output: model.graph.output.map(({ name }) => create(ValueInfoProtoSchema, { name })),
      }),
      model.initializers,
    ),
  );

/**
 * The same model that records type and shape of its values, so that it can be cut at them. What it records already stays; single
 * numbers stay unrecorded, since onnxruntime's answer for them is the one it gives where it knows no rank.
 */
export async function withInferredTypes(model: Model): Promise<Model> {
  const recorded = recordedInfo(model.graph);
  const found = await inferredAlone(model);
  const outputs = new Set(model.graph.output.map(({ name }) => name));
  const known = (name: string) => {
    const value = found.get(name);
    return value && value.shape.length > 0 && !recorded.has(name)
      ? valueInfo(name, value.type, value.shape)
      : undefined;
  };
  const added = model.graph.node
    .flatMap(({ output }) => output)
    .flatMap((name) => (outputs.has(name) ? [] : (known(name) ?? [])));
  return model.withGraph(
    copyOf(model.graph, {
      valueInfo: [...model.graph.valueInfo, ...added],
      output: model.graph.output.map((info) => known(info.name) ?? info),
    }),
    model.initializers,
  );
}
