import { create } from '@bufbuild/protobuf';
import {
  AttributeProto_AttributeType as AttributeType,
  AttributeProtoSchema,
  GraphProtoSchema,
  ModelProtoSchema,
  OperatorSetIdProtoSchema,
  ValueInfoProtoSchema,
} from '../proto/onnx.gen.js';
import { node, valueInfo, type AttributeValue } from '../proto/messages.js';
import { Model } from '../model/model.js';
import { openSession } from '../runtime/session.js';
import { seededRandom } from '../tensors/random.js';
import { elementCount, float32, tensor, type Tensor } from '../tensors/tensor.js';

/** One node as an exporter would write it, with the values it is fed. */
export interface FusedNode {
  readonly opType: string;
  /** Default: com.microsoft. */
  readonly domain?: string;
  readonly opset?: number;
  readonly inputs: readonly (Tensor | undefined)[];
  /** Inputs that the model stores: tables, quantised weights, weights whose size decides. */
  readonly stored?: readonly number[];
  readonly attributes?: Readonly<Record<string, AttributeValue>>;
  /** Lists of reals, which the engine itself never writes. */
  readonly reals?: Readonly<Record<string, readonly number[]>>;
  /** Indices of the outputs asked for; default: the first. */
  readonly outputs?: readonly number[];
  /** Those of them that mean something; default: all. */
  readonly meaningful?: readonly number[];
  /** Some row sees masked keys only: float32 rounds its scores away, so finite differences do not see them. */
  readonly saturated?: boolean;
}

export const inputName = (index: number): string => `x${index}`;
export const outputName = (index: number): string => `y${index}`;

/** A model of that node alone. */
export function fusedModel({ opType, domain = 'com.microsoft', opset = 21, ...of }: FusedNode): Model {
  const stored = new Set(of.stored);
  const outputs = of.outputs ?? [0];
  const fused = node({
    opType,
    domain,
    input: of.inputs.map((value, index) => (value ? inputName(index) : '')),
    output: Array.from({ length: Math.max(...outputs) + 1 }, (_, at) => (outputs.includes(at) ? outputName(at) : '')),
    attributes: of.attributes ?? {},
  });
  for (const [name, floats] of Object.entries(of.reals ?? {}))
    fused.attribute.push(create(AttributeProtoSchema, { name, type: AttributeType.FLOATS, floats: [...floats] }));
  const named = of.inputs.flatMap((value, index) => (value ? [[index, value] as const] : []));
  const proto = create(ModelProtoSchema, {
    irVersion: 10n,
    opsetImport: [
      create(OperatorSetIdProtoSchema, { domain: '', version: BigInt(opset) }),
      create(OperatorSetIdProtoSchema, { domain: 'com.microsoft', version: 1n }),
    ],
    graph: create(GraphProtoSchema, {
      name: 'fused',
      node: [fused],
      input: named
        .filter(([index]) => !stored.has(index))
        .map(([index, { type, shape }]) => valueInfo(inputName(index), type, shape)),
      output: outputs.map((index) => create(ValueInfoProtoSchema, { name: outputName(index) })),
    }),
  });
  const initializers = named
    .filter(([index]) => stored.has(index))
    .map(([index, value]) => [inputName(index), value] as const);
  return Model.of(proto, new Map(initializers));
}

/** What onnxruntime answers for a model of that node's inputs and outputs. */
export async function answers(model: Model, { inputs, stored = [], outputs = [0] }: FusedNode): Promise<Tensor[]> {
  const feeds = inputs.flatMap((value, index) =>
    value && !stored.includes(index) ? [[inputName(index), value] as const] : [],
  );
  await using session = await openSession(model, { threads: 1 });
  const names = outputs.map(outputName);
  const found = await session.run(Object.fromEntries(feeds), names);
  return names.map((name) => found[name]!);
}

/** Largest difference, relative to the largest value of the second. */
export function relativeError(found: Tensor, expected: Tensor): number {
  if (found.shape.join() !== expected.shape.join())
    throw new Error(`Expected shape [${expected.shape.join(', ')}], found [${found.shape.join(', ')}].`);
  const values = Array.from(expected.data as ArrayLike<number | bigint>, Number);
  const largest = Math.max(1e-6, ...values.map(Math.abs));
  const differences = Array.from(found.data as ArrayLike<number | bigint>, (value, at) =>
    Math.abs(Number(value) - values[at]!),
  );
  return differences.some(Number.isNaN) ? NaN : Math.max(0, ...differences) / largest;
}

/** Seeded values in -1 .. 1. */
export function noise(...shape: readonly number[]): Tensor {
  const random = seededRandom(`noise ${shape.join()}`);
  return float32(
    shape,
    Float32Array.from({ length: elementCount(shape) }, () => random() * 2 - 1),
  );
}

export const int32 = (shape: readonly number[], values: readonly number[]): Tensor =>
  tensor('int32', shape, Int32Array.from(values));
