import type { Graph, Value } from '../graph/graph.js';
import { intsAttribute, node as nodeOf } from '../proto/messages.js';
import type { NodeProto } from '../proto/onnx.gen.js';
import { Wiring } from './wiring.js';

interface Factor {
  readonly value: Value;
  /** The last two axes are swapped before the product. */
  readonly swapped: boolean;
}

interface Product {
  readonly left: Factor;
  readonly right: Factor;
  readonly alpha: number;
}

/**
 * Batched products with their transpositions and scalar factors inside (com.microsoft.FusedMatMul): attention and its gradient
 * move no values that a product can read in place. What remains are transpositions that keep the last axis, which copy whole rows.
 * onnxruntime fuses such pairs too, but joins neighbouring transpositions first, into slow ones that fit no product.
 * Values that lose their last reader stay behind: see `prune`.
 */
export function fuseProducts(graph: Graph, kept: ReadonlySet<string>): void {
  new ProductFusion(graph, kept).run();
}

class ProductFusion {
  private readonly wiring: Wiring;
  private readonly transposed = new Map<string, Value>();
  /** The fused products by output. */
  private readonly products = new Map<string, Product>();

  constructor(
    private readonly graph: Graph,
    private readonly kept: ReadonlySet<string>,
  ) {
    this.wiring = new Wiring(graph);
  }

  run(): void {
    const nodes = this.graph.nodes.splice(0);
    for (const node of nodes) {
      if (this.isBatchedProduct(node)) this.fuse(node);
      else if (!this.turnProduct(node)) this.graph.nodes.push(node);
    }
  }

  private isBatchedProduct({ opType, domain, input }: NodeProto): boolean {
    const isFloat = (name: string): boolean => {
      const value = this.graph.find(name);
      return value?.type === 'float32' && value.shape.length > 2;
    };
    return opType === 'MatMul' && domain === '' && input.every(isFloat);
  }

  private fuse(node: NodeProto): void {
    const [left, right] = node.input.map((name) => this.unscaled(this.graph.value(name))) as [Scaled, Scaled];
    const product = { left: this.factor(left.value), right: this.factor(right.value), alpha: left.scale * right.scale };
    this.products.set(node.output[0]!, product);
    this.emit(product, node.output[0]!);
  }

  /** A transposition that moves the last axis of a product nobody else reads: the product is computed the other way round instead. */
  private turnProduct(node: NodeProto): boolean {
    const product = node.opType === 'Transpose' ? this.products.get(node.input[0]!) : undefined;
    const permutation = intsAttribute(node, 'perm');
    if (!product || !permutation || !this.wiring.readOnce(node.input[0]!) || this.kept.has(node.input[0]!))
      return false;
    const last = permutation.length - 1;
    const relabelled = permutation.map((axis) => (axis === last ? last - 1 : axis === last - 1 ? last : axis));
    if (permutation[last] === last || relabelled[last] !== last) return false;
    const { shape, type } = this.graph.value(node.input[0]!);
    const turned = this.graph.declare({ name: this.graph.freshName('Product'), type, shape: swapLast(shape) });
    const flipped = ({ value, swapped }: Factor): Factor => ({ value, swapped: !swapped });
    this.emit({ ...product, left: flipped(product.right), right: flipped(product.left) }, turned.name);
    this.graph.nodes.push(
      nodeOf({ opType: 'Transpose', input: [turned.name], output: [...node.output], attributes: { perm: relabelled } }),
    );
    return true;
  }

  private emit({ left, right, alpha }: Product, output: string): void {
    this.graph.nodes.push(
      nodeOf({
        opType: 'FusedMatMul',
        domain: 'com.microsoft',
        input: [left.value.name, right.value.name],
        output: [output],
        attributes: { alpha: { float: alpha }, transA: Number(left.swapped), transB: Number(right.swapped) },
      }),
    );
  }

  private unscaled(value: Value): Scaled {
    const scaling = this.wiring.maker(value.name, 'Mul');
    for (const [at, name] of scaling?.input.entries() ?? []) {
      const scale = this.wiring.scalar(name);
      const rest = this.graph.value(scaling!.input[1 - at]!);
      if (scale === undefined || rest.shape.length !== value.shape.length) continue;
      const inner = this.unscaled(rest);
      return { value: inner.value, scale: inner.scale * scale };
    }
    return { value, scale: 1 };
  }

  /** The value before its transpositions, as far as the product can make up for them. */
  private factor(value: Value): Factor {
    const { source, permutation } = this.untransposed(value);
    const last = permutation.length - 1;
    if (permutation[last] === last) return { value: this.transposedBy(source, permutation), swapped: false };
    const swapped = swapLast(permutation);
    return swapped[last] === last
      ? { value: this.transposedBy(source, swapped), swapped: true }
      : { value, swapped: false };
  }

  private untransposed(value: Value): { source: Value; permutation: readonly number[] } {
    const outer = this.wiring.maker(value.name, 'Transpose');
    const permutation = outer && intsAttribute(outer, 'perm');
    if (!permutation) return { source: value, permutation: value.shape.map((_, axis) => axis) };
    const inner = this.untransposed(this.graph.value(outer.input[0]!));
    return { source: inner.source, permutation: permutation.map((axis) => inner.permutation[axis]!) };
  }

  private transposedBy(source: Value, permutation: readonly number[]): Value {
    if (permutation.every((axis, at) => axis === at)) return source;
    const key = `${source.name} ${permutation.join()}`;
    const known = this.transposed.get(key);
    if (known) return known;
    const shape = permutation.map((axis) => source.shape[axis]!);
    const [value] = this.graph.emit({
      opType: 'Transpose',
      inputs: [source],
      outputs: [{ type: source.type, shape }],
      attributes: { perm: permutation },
    }) as [Value];
    this.transposed.set(key, value);
    return value;
  }
}

interface Scaled {
  readonly value: Value;
  readonly scale: number;
}

const swapLast = <T>(items: readonly T[]): T[] => [...items.slice(0, -2), items.at(-1)!, items.at(-2)!];
