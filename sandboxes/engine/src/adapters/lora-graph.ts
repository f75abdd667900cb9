import { copyOf, constantNode, floatAttribute, intAttribute, node } from '../proto/messages.js';
import type { NodeProto } from '../proto/onnx.gen.js';
import type { Model } from '../model/model.js';
import { renamedNode } from '../model/surgery.js';
import { float32, int64, type Tensor } from '../tensors/tensor.js';
import { factorName, type LoraSite } from './lora-factors.js';
import type { Product } from './weight-uses.js';

/**
 * The model with two more initializers for each site, through which the products' inputs go beside the weight: y = x W + scale *
 * (x a) b. The frozen weight needs no gradient that way. A weight that something else reads as well (an embedding that is the
 * output layer too) is replaced by W + scale * a b for all its readers.
 */
export function adaptedModel(
  model: Model,
  { sites, scale, factors }: { sites: readonly LoraSite[]; scale: number; factors: ReadonlyMap<string, Tensor> },
): Model {
  const beside = sites.filter(({ uses }) => !uses.others);
  const replaced = sites.filter(({ uses }) => uses.others);
  const adapted = new Map(
    beside.flatMap((site) => site.uses.products.map((product) => [product.node, { site, product }])),
  );
  const sums = replaced.flatMap((site) => summedWeight(site, scale));
  const renames = new Map(replaced.map(({ weight }) => [weight, summedName(weight)]));
  const nodes = model.graph.node.flatMap((original) => {
    const found = adapted.get(original);
    if (found) return productBeside(found.site, found.product, scale);
    return [renames.size === 0 ? original : readingSums(original, renames)];
  });
  return model.withGraph(
    copyOf(model.graph, { node: [...sums, ...nodes] }),
    new Map([...model.initializers, ...factors]),
  );
}

const summedName = (weight: string): string => `${weight}.lora_sum`;

/** Graph outputs keep their names: a weight that is one itself stays as it is. */
function readingSums(original: NodeProto, renames: ReadonlyMap<string, string>): NodeProto {
  const renamed = renamedNode(original, (name) => renames.get(name) ?? name);
  return copyOf(renamed, { name: original.name });
}

/** The node under another output name, the path through the factors, and their sum under the node's own. */
function productBeside(site: LoraSite, { node: original, transposed }: Product, scale: number): NodeProto[] {
  const output = original.output[0]!;
  const [base, delta] = [`${output}.lora_base`, `${output}.lora_delta`];
  const path =
    original.opType === 'Conv'
      ? convolutionPath(original, site, scale)
      : original.opType === 'Gemm'
        ? gemmPath(original, { site, transposed, scale })
        : matMulPath(original, { site, transposed, scale });
  return [
    copyOf(original, { output: [base] }),
    ...path,
    node({ opType: 'Add', input: [base, delta], output: [output], attributes: {} }),
  ];
}

interface PathOptions {
  readonly site: LoraSite;
  readonly transposed: boolean;
  readonly scale: number;
}

/** The factors in the order in which a product meets them. Used against the site's own direction, both are transposed. */
function order({ site, transposed }: PathOptions): { first: string; second: string; turned: boolean } {
  const along = site.inputLast === transposed;
  const [a, b] = [factorName(site.weight, 'a'), factorName(site.weight, 'b')];
  return { first: along ? a : b, second: along ? b : a, turned: transposed };
}

function matMulPath(original: NodeProto, options: PathOptions): NodeProto[] {
  const output = original.output[0]!;
  const { first, second, turned } = order(options);
  const side = (factor: string, at: string): { name: string; nodes: NodeProto[] } => {
    const name = `${output}.lora_${at}`;
    if (!turned) return { name: factor, nodes: [] };
    return {
      name,
      nodes: [node({ opType: 'Transpose', input: [factor], output: [name], attributes: { perm: [1, 0] } })],
    };
  };
  const [down, up] = [side(first, 'down'), side(second, 'up')];
  const inner = `${output}.lora_inner`;
  return [
    ...down.nodes,
    ...up.nodes,
    node({ opType: 'MatMul', input: [original.input[0]!, down.name], output: [inner], attributes: {} }),
    ...scaled(output, options.scale),
    node({
      opType: 'MatMul',
      input: [`${output}.lora_scaled`, up.name],
      output: [`${output}.lora_delta`],
      attributes: {},
    }),
  ];
}

function gemmPath(original: NodeProto, options: PathOptions): NodeProto[] {
  const output = original.output[0]!;
  const { first, second, turned } = order(options);
  const transB = Number(turned);
  const transA = intAttribute(original, 'transA', 0);
  return [
    node({
      opType: 'Gemm',
      input: [original.input[0]!, first],
      output: [`${output}.lora_inner`],
      attributes: { transA, transB },
    }),
    ...scaled(output, options.scale * floatAttribute(original, 'alpha', 1)),
    node({
      opType: 'Gemm',
      input: [`${output}.lora_scaled`, second],
      output: [`${output}.lora_delta`],
      attributes: { transB },
    }),
  ];
}

/** The same window with `rank` channels, then one channel by one. */
function convolutionPath(original: NodeProto, { weight }: LoraSite, scale: number): NodeProto[] {
  const output = original.output[0]!;
  const inner = `${output}.lora_inner`;
  return [
    copyOf(original, {
      name: `Conv:${inner}`,
      input: [original.input[0]!, factorName(weight, 'a')],
      output: [inner],
    }),
    ...scaled(output, scale),
    node({
      opType: 'Conv',
      input: [`${output}.lora_scaled`, factorName(weight, 'b')],
      output: [`${output}.lora_delta`],
      attributes: {},
    }),
  ];
}

/** Scales the small tensor between the factors, not the large one behind them. */
function scaled(output: string, scale: number): NodeProto[] {
  return [
    constantNode(`${output}.lora_scale`, float32([], [scale])),
    node({
      opType: 'Mul',
      input: [`${output}.lora_inner`, `${output}.lora_scale`],
      output: [`${output}.lora_scaled`],
      attributes: {},
    }),
  ];
}

/** weight + scale * (the product of its factors), in the weight's own shape. */
function summedWeight({ weight, kind, shape, inputLast }: LoraSite, scale: number): NodeProto[] {
  const [a, b] = [factorName(weight, 'a'), factorName(weight, 'b')];
  const swapped = kind === 'convolution' || inputLast;
  const sum = summedName(weight);
  const flat = (factor: string, to: readonly number[]): NodeProto[] => [
    constantNode(`${factor}.shape`, int64([to.length], to)),
    node({ opType: 'Reshape', input: [factor, `${factor}.shape`], output: [`${factor}.flat`], attributes: {} }),
  ];
  const [left, right] = swapped ? [b, a] : [a, b];
  return [
    ...flat(left, [shape[0]!, -1]),
    ...flat(right, [-1, shape.slice(1).reduce((product, dim) => product * dim, 1)]),
    node({ opType: 'MatMul', input: [`${left}.flat`, `${right}.flat`], output: [`${sum}.product`], attributes: {} }),
    constantNode(`${sum}.scale`, float32([], [scale])),
    node({ opType: 'Mul', input: [`${sum}.product`, `${sum}.scale`], output: [`${sum}.scaled`], attributes: {} }),
    constantNode(`${sum}.shape`, int64([shape.length], shape)),
    node({ opType: 'Reshape', input: [`${sum}.scaled`, `${sum}.shape`], output: [`${sum}.delta`], attributes: {} }),
    node({ opType: 'Add', input: [weight, `${sum}.delta`], output: [sum], attributes: {} }),
  ];
}
