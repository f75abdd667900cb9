import { create } from '@bufbuild/protobuf';
import {
  GraphProtoSchema,
  ModelProtoSchema,
  OperatorSetIdProtoSchema,
  ValueInfoProtoSchema,
  type NodeProto,
  type ValueInfoProto,
} from '../../proto/onnx.gen.js';
import { constantNode, node, valueInfo, type AttributeValue, type Shape } from '../../proto/messages.js';
import { Model } from '../../model/model.js';
import { seededRandom } from '../../tensors/random.js';
import { elementCount, float32, int64, type ElementType, type Tensor } from '../../tensors/tensor.js';

interface NodeOptions {
  readonly domain?: string;
  /** Names of the outputs; empty: left out. Default: one of a fresh name. */
  readonly outputs?: readonly string[];
}

/**
 * Writes graphs node by node as exporters of PyTorch models do: no shapes inside, sizes computed by Shape, Gather and Concat, linear
 * weights as nameless matrices (`onnx::MatMul_7`) beside biases with names.
 */
export class ExportWriter {
  private readonly nodes: NodeProto[] = [];
  private readonly inputs: ValueInfoProto[] = [];
  private readonly weights = new Map<string, Tensor>();
  private unnamed = 0;

  constructor(
    private readonly opset: number,
    private readonly seed: string,
  ) {}

  input(name: string, type: ElementType, shape: Shape): string {
    this.inputs.push(valueInfo(name, type, shape));
    return name;
  }

  op(
    opType: string,
    inputs: readonly (string | undefined)[],
    attributes: Readonly<Record<string, AttributeValue>> = {},
    options: NodeOptions = {},
  ): string {
    const output = options.outputs ?? [`/${opType}_${(this.unnamed += 1)}_output_0`];
    const input = inputs.map((name) => name ?? '');
    const { domain = '' } = options;
    this.nodes.push(node({ opType, domain, input, output: [...output], attributes }));
    return output[0]!;
  }

  /** A node of several outputs. */
  ops(
    opType: string,
    inputs: readonly string[],
    count: number,
    attributes: Readonly<Record<string, AttributeValue>>,
  ): string[] {
    const stem = `/${opType}_${(this.unnamed += 1)}_output`;
    const outputs = Array.from({ length: count }, (_, at) => `${stem}_${at}`);
    this.op(opType, inputs, attributes, { outputs });
    return outputs;
  }

  constant(value: Tensor): string {
    const name = `/Constant_${(this.unnamed += 1)}_output_0`;
    this.nodes.push(constantNode(name, value));
    return name;
  }

  scalar = (value: number): string => this.constant(float32([], [value]));
  integer = (value: number): string => this.constant(int64([], [value]));
  integers = (...values: readonly number[]): string => this.constant(int64([values.length], values));

  stored(name: string, value: Tensor): string {
    if (!this.weights.has(name)) this.weights.set(name, value);
    return name;
  }

  /** A weight of seeded noise around `centre`. */
  weight(name: string, shape: readonly number[], { spread = 0.3, centre = 0 } = {}): string {
    const random = seededRandom(`${this.seed} ${name}`);
    const data = Float32Array.from({ length: elementCount(shape) }, () => centre + spread * (2 * random() - 1));
    return this.stored(name, float32(shape, data));
  }

  /** x [.., from] times a nameless matrix, plus `name`.bias. */
  linear(x: string, name: string, { from, to, bias = true }: { from: number; to: number; bias?: boolean }): string {
    const matrix = this.weight(`onnx::MatMul_${name}`, [from, to], { spread: 1 / Math.sqrt(from) });
    const product = this.op('MatMul', [x, matrix]);
    return bias ? this.op('Add', [this.weight(`${name}.bias`, [to], { spread: 0.1 }), product]) : product;
  }

  /** Size of one axis as a vector of one, computed as `x.size(axis)` is exported. */
  size(x: string, axis: number): string {
    const size = this.op('Gather', [this.op('Shape', [x]), this.integer(axis)], { axis: 0 });
    return this.op('Unsqueeze', [size, this.integers(0)]);
  }

  /** `x.view(...)`: vectors of sizes and numbers put together while the graph runs. */
  view(x: string, ...sizes: readonly (string | number)[]): string {
    const parts = sizes.map((size) => (typeof size === 'number' ? this.integers(size) : size));
    return this.op('Reshape', [x, this.op('Concat', parts, { axis: 0 })]);
  }

  layerNorm(x: string, name: string, size: number): string {
    const scale = this.weight(`${name}.weight`, [size], { centre: 1, spread: 0.2 });
    const bias = this.weight(`${name}.bias`, [size], { spread: 0.1 });
    return this.op('LayerNormalization', [x, scale, bias], { axis: -1, epsilon: { float: 1e-5 } });
  }

  model(outputs: Readonly<Record<string, string>>): Model {
    const results = Object.entries(outputs)
      .filter(([name, value]) => name !== value)
      .map(([name, value]) => node({ opType: 'Identity', input: [value], output: [name], attributes: {} }));
    const proto = create(ModelProtoSchema, {
      irVersion: 8n,
      producerName: 'pytorch',
      opsetImport: [
        create(OperatorSetIdProtoSchema, { domain: '', version: BigInt(this.opset) }),
        create(OperatorSetIdProtoSchema, { domain: 'com.microsoft', version: 1n }),
      ],
      graph: create(GraphProtoSchema, {
        name: 'main_graph',
        node: [...this.nodes, ...results],
        input: this.inputs,
        output: Object.keys(outputs).map((name) => create(ValueInfoProtoSchema, { name })),
      }),
    });
    return Model.of(proto, this.weights);
  }
}
