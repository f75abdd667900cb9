import { elementFacts } from '../tensors/tensor.js';
import { activated } from './activations.js';
import type { Decomposition, Rewriting } from './rewriting.js';

/** The last two axes exchanged; with `batch`, the first axis goes before the last one instead (onnxruntime's transBatch). */
function turned(of: Rewriting, x: string, { trans, batch }: { trans: boolean; batch: boolean }): string {
  if (!trans && !batch) return x;
  const rank = of.rank(x);
  const axes = Array.from({ length: rank }, (_, axis) => axis);
  const outer = batch ? [...axes.slice(1, -1), 0, axes.at(-1)!] : axes;
  const perm = trans ? [...outer.slice(0, -2), outer.at(-1)!, outer.at(-2)!] : outer;
  return of.transpose(x, ...perm);
}

const fusedMatMul: Decomposition = (of) => {
  const side = (name: 'A' | 'B') => ({
    trans: of.int(`trans${name}`, 0) === 1,
    batch: of.int(`transBatch${name}`, 0) === 1,
  });
  const alpha = of.float('alpha', 1);
  const left = turned(of, of.required(0), side('A'));
  const product = of.matMul(left, turned(of, of.required(1), side('B')));
  return [alpha === 1 ? product : of.mul(product, alpha)];
};

const fusedGemm: Decomposition = (of) => {
  const product = of.op('Gemm', [of.required(0), of.required(1), of.input(2)], {
    alpha: { float: of.float('alpha', 1) },
    beta: { float: of.float('beta', 1) },
    transA: of.int('transA', 0),
    transB: of.int('transB', 0),
  });
  const parameters = ['activation_alpha', 'activation_beta', 'activation_gamma'].flatMap((name) =>
    of.has(name) ? [of.float(name)] : [],
  );
  return [activated(of, product, { name: of.text('activation', ''), parameters })];
};

/** A new axis of size 1 at `axis`, which is an input. */
const expandDims: Decomposition = (of) => {
  const axis = of.cast(of.reshape(of.required(1), 1), elementFacts('int64').onnx);
  return [of.op('Unsqueeze', [of.required(0), axis])];
};

const trilu: Decomposition = (of) => [of.op('Trilu', [of.required(0), of.input(1)], { upper: of.int('upper', 1) })];

export const contribLinear: Readonly<Record<string, Decomposition>> = {
  FusedMatMul: fusedMatMul,
  TransposeMatMul: fusedMatMul,
  FusedGemm: fusedGemm,
  ExpandDims: expandDims,
  Trilu: trilu,
};
