import { create } from '@bufbuild/protobuf';
import {
  GraphProtoSchema,
  ModelProtoSchema,
  OperatorSetIdProtoSchema,
  ValueInfoProtoSchema,
  type GraphProto,
  type NodeProto,
  type TensorProto,
} from '../proto/onnx.gen.js';
import { node, valueInfo, type AttributeValue, type Shape } from '../proto/messages.js';
import { Model } from '../model/model.js';
import type { Tensor } from '../tensors/tensor.js';

export interface HandWritten {
  readonly opset?: number;
  readonly domains?: Readonly<Record<string, number>>;
  /** float32 inputs */
  readonly inputs?: Readonly<Record<string, Shape>>;
  /** float32 outputs with their shapes, or names alone */
  readonly outputs: Readonly<Record<string, Shape>> | readonly string[];
  readonly nodes: readonly NodeProto[];
  readonly initializers?: Readonly<Record<string, Tensor>>;
  readonly opaque?: readonly TensorProto[];
}

/** A node in short: `op('Add', ['a', 'b'], 'c', { axis: 1 })`. */
export const op = (
  opType: string,
  input: string[],
  output: string | string[],
  attributes: Readonly<Record<string, AttributeValue>> = {},
): NodeProto => {
  const [domain, name] = opType.includes('.')
    ? [opType.slice(0, opType.lastIndexOf('.')), opType.slice(opType.lastIndexOf('.') + 1)]
    : ['', opType];
  return node({ opType: name, domain, input, output: typeof output === 'string' ? [output] : output, attributes });
};

export function graphOf({ inputs = {}, outputs, nodes, opaque = [] }: Omit<HandWritten, 'initializers'>): GraphProto {
  return create(GraphProtoSchema, {
    name: 'hand-written',
    node: [...nodes],
    initializer: [...opaque],
    input: Object.entries(inputs).map(([name, shape]) => valueInfo(name, 'float32', shape)),
    output: Array.isArray(outputs)
      ? outputs.map((name: string) => create(ValueInfoProtoSchema, { name }))
      : Object.entries(outputs as Record<string, Shape>).map(([name, shape]) => valueInfo(name, 'float32', shape)),
  });
}

/** A model as some other program might have exported it. */
export function handWritten({ opset = 21, domains = {}, initializers = {}, ...graph }: HandWritten): Model {
  const proto = create(ModelProtoSchema, {
    irVersion: opset < 10 ? 4n : 10n,
    producerName: 'a hand',
    opsetImport: Object.entries({ '': opset, ...domains }).map(([domain, version]) =>
      create(OperatorSetIdProtoSchema, { domain, version: BigInt(version) }),
    ),
    graph: graphOf(graph),
  });
  return Model.of(proto).withGraph(Model.of(proto).graph, new Map(Object.entries(initializers)));
}
