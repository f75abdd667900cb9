import { activated } from './activations.js';
import { intsAttribute, type AttributeValue } from '../proto/messages.js';
import type { Decomposition, Rewriting } from './rewriting.js';

/** What Conv shares with its fused forms. */
function windowOf(of: Rewriting): Record<string, AttributeValue> {
  const lists = ['dilations', 'kernel_shape', 'pads', 'strides'].flatMap((name) => {
    of.ignoreAttribute(name);
    const found = intsAttribute(of.node, name);
    return found ? [[name, found] as const] : [];
  });
  return { ...Object.fromEntries(lists), group: of.int('group', 1), auto_pad: of.text('auto_pad', 'NOTSET') };
}

const activationOf = (of: Rewriting) => ({
  name: of.text('activation', ''),
  parameters: of.floats('activation_params') ?? [],
});

/** activation(conv(x) + sum) */
const fusedConv: Decomposition = (of) => {
  const product = of.op('Conv', [of.required(0), of.required(1), of.input(2)], windowOf(of));
  const sum = of.input(3);
  return [activated(of, sum ? of.add(product, sum) : product, activationOf(of))];
};

export const contribConvolution: Readonly<Record<string, Decomposition>> = {
  FusedConv: fusedConv,
};
