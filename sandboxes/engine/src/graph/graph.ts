import { create } from '@bufbuild/protobuf';
import {
  GraphProtoSchema,
  ModelProtoSchema,
  OperatorSetIdProtoSchema,
  type NodeProto,
  type TensorProto,
} from '../proto/onnx.gen.js';
import {
  constantNode,
  copyOf,
  node,
  valueInfo,
  type AttributeValue,
  type Dimension,
  type Shape,
} from '../proto/messages.js';
import { seededRandom, type Initial } from '../tensors/random.js';
import { float32, int64, scalarOf, type ElementType, type Tensor } from '../tensors/tensor.js';
import { Model } from '../model/model.js';

/** Operator set the engine writes. */
export const OPSET = 21;
/** File format version that belongs to it (onnx.proto, `Version`). */
const IR_VERSION = 10n;

/** A tensor that flows through a graph under construction. */
export interface Value {
  readonly name: string;
  readonly type: ElementType;
  readonly shape: Shape;
}

export interface Parameter {
  readonly value: Value;
  readonly initial: Tensor;
  /** Training brings larger numbers back to it after each update. */
  readonly max?: number;
}

export interface NodeSpec {
  readonly opType: string;
  readonly inputs: readonly (Value | undefined)[];
  readonly outputs: readonly Pick<Value, 'type' | 'shape'>[];
  readonly attributes?: Readonly<Record<string, AttributeValue>>;
  readonly domain?: string;
}

/** Nodes, inputs, constants and parameters in the order they were added: always a valid topological order. */
export class Graph {
  readonly nodes: NodeProto[] = [];
  readonly inputs: Value[] = [];
  readonly constants = new Map<string, Tensor>();
  readonly parameters = new Map<string, Parameter>();
  /** Versions of the operator sets its nodes are from, by domain: a model that is applied in it may bring younger ones. */
  readonly operatorSets = new Map([
    ['', OPSET],
    ['com.microsoft', 1],
  ]);
  /** Frozen tensors of types that the engine keeps but does not read, by name. */
  readonly kept = new Map<string, TensorProto>();
  private readonly values = new Map<string, Value>();
  private readonly pooled = new Map<string, Value>();
  private readonly seed: string | number;
  private unnamed = 0;

  /** `seed` decides the first values of all parameters, each by its own name: adding one changes no other. */
  constructor({ seed = 0 }: { seed?: string | number } = {}) {
    this.seed = seed;
  }

  /** The value of that name; throws where there is none. */
  value(name: string): Value {
    const found = this.values.get(name);
    if (!found) throw new Error(`Value "${name}": expected one of the graph's, found no such name.`);
    return found;
  }

  /** The value of that name, undefined for what is no tensor of a type the engine reads (a sequence, 4-bit integers). */
  find(name: string): Value | undefined {
    return this.values.get(name);
  }

  /** Makes a value known under its name; throws where the name is taken. */
  declare(value: Value): Value {
    if (this.values.has(value.name))
      throw new Error(`Value "${value.name}": expected a new name, found that it is taken.`);
    this.values.set(value.name, value);
    return value;
  }

  input(name: string, type: ElementType, shape: Shape): Value {
    const value = this.declare({ name, type, shape });
    this.inputs.push(value);
    return value;
  }

  /** A trainable float32 tensor, filled by `initial` from the graph's seed and its own name. */
  parameter(name: string, shape: readonly number[], initial: Initial, bounds: { max?: number } = {}): Value {
    return this.parameterOf(name, float32(shape, initial(shape, seededRandom(`${this.seed}/${name}`))), bounds);
  }

  /** A trainable tensor with given first values. */
  parameterOf(name: string, initial: Tensor, bounds: { max?: number } = {}): Value {
    const value = this.declare({ name, type: initial.type, shape: initial.shape });
    this.parameters.set(name, { value, initial, ...bounds });
    return value;
  }

  constant(value: Tensor, name = this.freshName('constant')): Value {
    this.constants.set(name, value);
    return this.declare({ name, type: value.type, shape: value.shape });
  }

  /** A scalar; equal ones are shared. */
  scalar(value: number, type: ElementType = 'float32'): Value {
    return this.pool(`${type} scalar ${value}`, () => scalarOf(type, value));
  }

  /** A vector of int64: axes, sizes, positions; equal ones are shared. */
  integers(values: readonly number[]): Value {
    return this.pool(`int64 ${values.join()}`, () => int64([values.length], values));
  }

  /** The numbers a value holds where it is a constant: gradients need the axes and sizes of the forward graph. */
  constantNumbers(name: string): number[] | undefined {
    const found = this.constants.get(name);
    return found ? Array.from(found.data as ArrayLike<number | bigint>, Number) : undefined;
  }

  /** Adds a node; its outputs get fresh names. */
  emit({ opType, inputs, outputs, attributes = {}, domain = '' }: NodeSpec): Value[] {
    const values = outputs.map(({ type, shape }) => this.declare({ name: this.freshName(opType), type, shape }));
    const input = inputs.map((value) => value?.name ?? '');
    this.nodes.push(node({ opType, domain, input, output: values.map(({ name }) => name), attributes }));
    return values;
  }

  /** Gives a node outputs it could have and did not name so far (LayerNormalization's mean and deviation). */
  extendOutputs(extended: NodeProto, outputs: readonly Pick<Value, 'type' | 'shape'>[]): Value[] {
    return outputs.map(({ type, shape }, index) => {
      const name = extended.output[index];
      if (name) return this.value(name);
      const value = this.declare({ name: this.freshName(extended.opType), type, shape });
      extended.output[index] = value.name;
      return value;
    });
  }

  freshName(stem: string): string {
    this.unnamed += 1;
    return `${stem}_${this.unnamed}`;
  }

  /** The forward graph as a model: parameters become initializers, constants nodes, `outputs` its named results. */
  toModel(outputs: Readonly<Record<string, Value>>): Model {
    const initializers = new Map([...this.parameters].map(([name, { initial }]) => [name, initial]));
    return modelOf(this, outputs, { inputs: this.inputs, initializers });
  }

  /** The graph as a training session reads it: parameters are inputs, so that they may be fed at every step. */
  toTrainingModel(outputs: Readonly<Record<string, Value>>): Model {
    const inputs = [...this.inputs, ...[...this.parameters.values()].map(({ value }) => value)];
    return modelOf(this, outputs, { inputs, initializers: new Map() });
  }

  /** What the nodes answer: recorded in models, for whoever cuts them open later. */
  inner(): Value[] {
    return this.nodes.flatMap(({ output }) => output.flatMap((name) => this.find(name) ?? []));
  }

  protected pool(key: string, make: () => Tensor): Value {
    let value = this.pooled.get(key);
    if (!value) {
      value = this.constant(make());
      this.pooled.set(key, value);
    }
    return value;
  }
}

function modelOf(
  graph: Graph,
  outputs: Readonly<Record<string, Value>>,
  parts: { inputs: readonly Value[]; initializers: ReadonlyMap<string, Tensor> },
): Model {
  const info = ({ name, type, shape }: Value) => valueInfo(name, type, shape);
  const named = Object.entries(outputs).map(([name, value]) => ({ ...value, name }));
  const results = Object.entries(outputs)
    .filter(([name, value]) => name !== value.name)
    .map(([name, value]) => node({ opType: 'Identity', input: [value.name], output: [name], attributes: {} }));
  const proto = create(ModelProtoSchema, {
    irVersion: IR_VERSION,
    producerName: 'graft',
    opsetImport: [...graph.operatorSets].map(([domain, version]) =>
      create(OperatorSetIdProtoSchema, { domain, version: BigInt(version) }),
    ),
    graph: create(GraphProtoSchema, {
      name: 'graft',
      node: [...[...graph.constants].map(([name, value]) => constantNode(name, value)), ...graph.nodes, ...results],
      input: parts.inputs.map(info),
      output: named.map(info),
      initializer: [...graph.kept].map(([name, tensor]) => copyOf(tensor, { name })),
      valueInfo: graph
        .inner()
        .filter(({ name }) => !(name in outputs))
        .map(info),
    }),
  });
  return Model.of(proto, parts.initializers);
}

/** A shape without named sizes; throws where one is left, naming the value. */
export function fixedShape({ name, shape }: Value): number[] {
  return shape.map((dim: Dimension) => {
    if (typeof dim === 'number') return dim;
    throw new Error(`Value "${name}": expected a shape of known sizes, found [${shape.join(', ')}].`);
  });
}
