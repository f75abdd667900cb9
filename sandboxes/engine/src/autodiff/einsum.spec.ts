import type { GradientCase } from '../testing/finite-differences.js';
import { apply, describeGradients } from '../testing/gradient-cases.js';
import { einsumRules } from './einsum.js';

const einsum = (equation: string, shape: readonly number[], ...shapes: (readonly number[])[]): GradientCase => ({
  shapes,
  build: (g, ...inputs) => apply(g, 'Einsum', { inputs, shape, attributes: { equation } }),
});

describeGradients(einsumRules, {
  Einsum: {
    'of a product of matrices': einsum('ij,jk->ik', [2, 4], [2, 3], [3, 4]),
    'of attention scores': einsum('bhid,bhjd->bhij', [2, 2, 3, 4], [2, 2, 3, 2], [2, 2, 4, 2]),
    'of a sum over a letter of its own': einsum('ij->i', [2], [2, 3]),
    'of a transposition without arrow': einsum('ji', [3, 2], [2, 3]),
    'of a diagonal': einsum('ii->i', [3], [3, 3]),
    'of a trace beside a factor': einsum('ii,j->j', [2], [3, 3], [2]),
    'of open axes': einsum('...ij,...jk->...ik', [2, 2, 4], [2, 2, 3], [2, 3, 4]),
    'of open axes that broadcast': einsum('...ij,...jk->...ik', [2, 2, 4], [1, 2, 3], [2, 3, 4]),
    'of open axes on one side': einsum('...ij,jk', [2, 2, 4], [2, 2, 3], [3, 4]),
    'of three operands': einsum('ij,jk,k->i', [2], [2, 3], [3, 4], [4]),
  },
});
