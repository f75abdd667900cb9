import type { NodeProto } from '../../proto/onnx.gen.js';
import { floatAttribute, node, stringAttribute, type AttributeValue } from '../../proto/messages.js';
import { constant, NotUpgradable, vector, type Scope, type UpgradeRule } from './rule.js';

/** Writes nodes one after another under names of their own. */
class Body {
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

  silu(x: string, output?: string): string {
    return this.add('Mul', [x, this.add('Sigmoid', [x])], {}, output);
  }
}

const swiGlu: UpgradeRule = (old, scope) => {
  const body = new Body(old, scope);
  const [gate, x] = old.input as [string, string];
  const alpha = floatAttribute(old, 'alpha', 1);
  body.add('Mul', [body.add('Swish', [gate], { alpha: { float: alpha } }), x], {}, old.output[0]);
  return body.nodes;
};

/** A convolution of each channel over what came before and now; what the next call needs of it is the state. */
const causalConvWithState: UpgradeRule = (old, scope) => {
  const [x, weight, bias = '', past = ''] = old.input as [string, string, string?, string?];
  const [channels, kernel] = [scope.recorded(weight)?.shape[0], scope.recorded(weight)?.shape[2]];
  if (typeof channels !== 'number' || typeof kernel !== 'number')
    throw new NotUpgradable(old, 'expected recorded sizes of the weight, found none.');
  const body = new Body(old, scope);
  const padded =
    past === ''
      ? body.add('Pad', [x, body.integers(0, 0, kernel - 1, 0, 0, 0)])
      : body.add('Concat', [past, x], { axis: 2 });
  const activation = stringAttribute(old, 'activation', 'none');
  const [output, state] = old.output as [string, string?];
  const inputs = bias === '' ? [padded, weight] : [padded, weight, bias];
  if (activation === 'none') body.add('Conv', inputs, { group: channels }, output);
  else body.silu(body.add('Conv', inputs, { group: channels }), output);
  if (state) {
    const length = body.add('Shape', [padded], { start: 2, end: 3 });
    const from = body.add('Sub', [length, body.integers(kernel - 1)]);
    body.add('Slice', [padded, from, length, body.integers(2)], {}, state);
  }
  return body.nodes;
};

/** Operators that are younger than onnxruntime, as their definitions in onnx write them out. */
export const writtenOut: Readonly<Record<string, UpgradeRule>> = {
  CausalConvWithState: causalConvWithState,
  SwiGLU: swiGlu,
};
