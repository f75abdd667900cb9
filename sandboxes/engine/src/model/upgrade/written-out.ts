import { floatAttribute, stringAttribute } from '../../proto/messages.js';
import { Body } from './body.js';
import { linearAttention } from './linear-attention.js';
import { NotUpgradable, type UpgradeRule } from './rule.js';

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
  LinearAttention: linearAttention,
  SwiGLU: swiGlu,
};
