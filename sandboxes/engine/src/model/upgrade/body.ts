import type { NodeProto } from '../../proto/onnx.gen.js';
import { node, type AttributeValue } from '../../proto/messages.js';
import { float32 } from '../../tensors/tensor.js';
import { constant, vector, type Scope } from './rule.js';

/** Writes nodes one after another under names of their own. */
export class Body {
  readonly nodes: NodeProto[] = [];

  constructor(
    private readonly old: NodeProto,
    private readonly scope: Scope,
  ) {}

  /** A node with one output, which is called `output` or something new; an attribute of a real is `{ float }`. */
  add(
    opType: string,
    input: string[],
    attributes: Readonly<Record<string, AttributeValue>> = {},
    output = this.scope.fresh(`${this.old.output[0]}_${opType}`),
  ): string {
    this.nodes.push(node({ opType, input, output: [output], attributes }));
    return output;
  }

  integers(...values: number[]): string {
    const [name, held] = constant(this.scope, `${this.old.output[0]}_integers`, vector(values));
    this.nodes.push(held);
    return name;
  }

  real(value: number): string {
    const [name, held] = constant(this.scope, `${this.old.output[0]}_real`, float32([], [value]));
    this.nodes.push(held);
    return name;
  }

  silu(x: string, output?: string): string {
    return this.add('Mul', [x, this.add('Sigmoid', [x])], {}, output);
  }
}
