import type { GraphProto, ModelProto } from '../proto/onnx.gen.js';
import { readValueInfo, type Shape } from '../proto/messages.js';
import { bitsOf, onnxTypeName } from '../tensors/element-bits.js';
import { elementCount, type ElementType } from '../tensors/tensor.js';
import { operatorOf } from './find.js';
import type { Model } from './model.js';
import { allNodes } from './walk.js';

/** What a model is made of, what the engine understands of it, and what it only keeps. */
export interface Description {
  readonly producer: string;
  readonly irVersion: number;
  readonly operatorSets: Readonly<Record<string, number>>;
  readonly inputs: readonly PortDescription[];
  readonly outputs: readonly PortDescription[];
  /** "Conv", "com.microsoft.Attention": how often each occurs, nested graphs and functions included. */
  readonly operators: Readonly<Record<string, number>>;
  readonly weights: { readonly tensors: number; readonly numbers: number; readonly bytes: number };
  readonly functions: readonly string[];
  readonly metadata: Readonly<Record<string, string>>;
  /** Written back as they were read. */
  readonly kept: {
    /** Domains of operators that neither ONNX nor onnxruntime define and no function of the model does. */
    readonly unknownDomains: readonly string[];
    /** Initializers of types without an array: quantised, strings, sparse. */
    readonly opaqueInitializers: readonly {
      readonly name: string;
      readonly type: string;
      readonly shape: readonly number[];
    }[];
    /** Fields younger than the schema: "graph.node[3]: field 12". */
    readonly unknownFields: readonly string[];
  };
}

export interface PortDescription {
  readonly name: string;
  /** "float32", or what ONNX calls a kind that is no readable tensor. */
  readonly type: ElementType | string;
  readonly shape?: Shape;
}

const knownDomains = new Set([
  '',
  'ai.onnx',
  'ai.onnx.ml',
  'ai.onnx.preview',
  'ai.onnx.preview.training',
  'ai.onnx.training',
  'com.microsoft',
  'com.microsoft.experimental',
  'com.microsoft.nchwc',
  'com.ms.internal.nhwc',
]);

export function describe(model: Model): Description {
  const { proto, graph, initializers } = model;
  const nodes = [...allNodes(graph), ...proto.functions.flatMap(({ node }) => node)];
  const operators: Record<string, number> = {};
  for (const node of nodes) operators[operatorOf(node)] = (operators[operatorOf(node)] ?? 0) + 1;
  const own = new Set(proto.functions.map(({ domain }) => domain));
  const domains = new Set(nodes.map(({ domain }) => domain));
  return {
    producer: [proto.producerName, proto.producerVersion].filter((word) => word !== '').join(' '),
    irVersion: Number(proto.irVersion),
    operatorSets: Object.fromEntries(model.operatorSets),
    inputs: ports(graph.input.filter(({ name }) => !initializers.has(name))),
    outputs: ports(graph.output),
    operators,
    weights: weights(model),
    functions: proto.functions.map(({ domain, name }) => (domain === '' ? name : `${domain}.${name}`)),
    metadata: model.metadata,
    kept: {
      unknownDomains: [...domains].filter((domain) => !knownDomains.has(domain) && !own.has(domain)).sort(),
      opaqueInitializers: opaque(graph),
      unknownFields: unknownFields(proto),
    },
  };
}

function ports(infos: GraphProto['input']): PortDescription[] {
  return infos.map((info) => {
    const found = readValueInfo(info);
    if (found) return { name: info.name, ...found };
    const held = info.type?.value;
    return {
      name: info.name,
      type: held?.case === 'tensorType' ? onnxTypeName(held.value.elemType) : (held?.case ?? 'unrecorded'),
    };
  });
}

function weights({ graph, initializers }: Model): Description['weights'] {
  const counted = [
    ...[...initializers.values()].map(({ data }) => ({ numbers: data.length, bytes: data.byteLength })),
    ...graph.initializer.map(({ dims, dataType }) => {
      const numbers = elementCount(dims.map(Number));
      return { numbers, bytes: Math.ceil((numbers * (bitsOf(dataType) ?? 0)) / 8) };
    }),
  ];
  return {
    tensors: counted.length,
    numbers: counted.reduce((sum, { numbers }) => sum + numbers, 0),
    bytes: counted.reduce((sum, { bytes }) => sum + bytes, 0),
  };
}

const opaque = (graph: GraphProto): Description['kept']['opaqueInitializers'] => [
  ...graph.initializer.map(({ name, dataType, dims }) => ({
    name,
    type: onnxTypeName(dataType),
    shape: dims.map(Number),
  })),
  ...graph.sparseInitializer.map(({ values, dims }) => ({
    name: values?.name ?? '',
    type: `sparse ${onnxTypeName(values?.dataType ?? 0)}`,
    shape: dims.map(Number),
  })),
];

/** Walks the whole message: protobuf keeps what its schema does not name in `$unknown`. */
function unknownFields(proto: ModelProto): string[] {
  const found: string[] = [];
  const visit = (value: unknown, path: string): void => {
    if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return;
    if (Array.isArray(value)) {
      for (const [index, item] of value.entries()) visit(item, `${path}[${index}]`);
      return;
    }
    for (const [key, item] of Object.entries(value)) {
      if (key === '$unknown')
        for (const { no } of item as readonly { no: number }[]) found.push(`${path || 'model'}: field ${no}`);
      else visit(item, path === '' ? key : `${path}.${key}`);
    }
  };
  visit(proto, '');
  return found;
}
