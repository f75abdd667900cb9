import { elementFacts } from '../tensors/tensor.js';
import type { Rewriting } from './rewriting.js';

/** The lowest float32: a score with it added has no weight after the softmax, and a row of nothing else stays finite. */
export const LOWEST = -3.4028234663852886e38;

export interface Heads {
  /** [batch, heads, length, size] */
  readonly query: string;
  /** [batch, groups, total, size] */
  readonly key: string;
  /** [batch, groups, total, value size] */
  readonly value: string;
  readonly heads: number;
  /** Key and value heads, each shared by heads / groups query heads that follow one another. */
  readonly groups: number;
}

export interface Weighting {
  /** 0: one over the square root of a head's size. */
  readonly scale: number;
  /** 0: none. */
  readonly softcap: number;
  /** Added to the scores; each broadcasts to [batch, heads, length, total]. */
  readonly biases: readonly string[];
  /** A further score for each head (or one for all) that takes weight and gives nothing. */
  readonly sink?: number | string;
}

export interface Attended {
  /** [batch, heads, length, value size] */
  readonly output: string;
  readonly scores: string;
  readonly capped: string;
  readonly biased: string;
  readonly weights: string;
}

/** softmax(softcap(scale q kᵀ) + biases) v, each group's heads as one taller matrix, so that nothing is repeated. */
export function attend(of: Rewriting, { query, key, value, heads, groups }: Heads, weighting: Weighting): Attended {
  const { scale, softcap, biases, sink } = weighting;
  const stacked = (x: string): string => (heads === groups ? x : of.reshape(x, 0, groups, -1, 0));
  const unstacked = (x: string): string => (heads === groups ? x : of.reshape(x, 0, heads, -1, 0));
  const scaled = of.mul(query, scale === 0 ? inverseRootOfSize(of, query) : scale);
  const scores = unstacked(of.matMul(stacked(scaled), of.transpose(key, 0, 1, 3, 2)));
  const capped = softcap === 0 ? scores : of.mul(of.op('Tanh', [of.mul(scores, 1 / softcap)]), softcap);
  const biased = biases.reduce((sum, bias) => of.add(sum, bias), capped);
  const weights = sink === undefined ? of.op('Softmax', [biased], { axis: -1 }) : softmaxWithSink(of, biased, sink);
  return { output: unstacked(of.matMul(stacked(weights), value)), scores, capped, biased, weights };
}

function inverseRootOfSize(of: Rewriting, heads: string): string {
  const size = of.cast(of.size(heads, 3), elementFacts('float32').onnx);
  return of.op('Reciprocal', [of.op('Sqrt', [size])]);
}

/** The softmax over one score more, which is cut off afterwards. */
function softmaxWithSink(of: Rewriting, scores: string, sink: number | string): string {
  const first = of.op('Slice', [scores, of.integers(0), of.integers(1), of.integers(3)]);
  const column = of.op('Sub', [first, first]);
  const extra = of.add(column, typeof sink === 'number' ? sink : of.reshape(sink, 1, -1, 1, 1));
  const weights = of.op('Softmax', [of.concat([scores, extra], 3)], { axis: -1 });
  return of.op('Slice', [weights, of.integers(0), of.integers(-1), of.integers(3)]);
}

/** [batch, length, heads * size] to [batch, heads, length, size]. */
export const splitHeads = (of: Rewriting, x: string, heads: number): string =>
  of.transpose(of.reshape(x, 0, 0, heads, -1), 0, 2, 1, 3);

export const mergeHeads = (of: Rewriting, x: string): string => of.reshape(of.transpose(x, 0, 2, 1, 3), 0, 0, -1);

/** Keys or values of the past before the new ones; nothing to do where the past is known to be empty. */
export function afterPast(of: Rewriting, past: string | undefined, fresh: string): string {
  if (past === undefined || of.shape(past)?.at(-2) === 0) return fresh;
  return of.concat([past, fresh], 2);
}

/** The whole numbers 0 .. count - 1. */
export const countTo = (of: Rewriting, count: string): string => of.op('Range', [of.integer(0), count, of.integer(1)]);

/** 0 where a condition holds, `filter` elsewhere. */
export const additive = (of: Rewriting, visible: string, filter: number = LOWEST): string =>
  of.op('Where', [visible, 0, filter]);

/** Which keys a query sees that looks back only, [.., length, total]: the first query stands at place `offset`, a scalar or [batch, 1, 1, 1]. */
export function causal(of: Rewriting, query: string, key: string, offset?: string): string {
  const steps = of.unsqueeze(countTo(of, of.size(query, 2)), 1);
  const rows = offset === undefined ? steps : of.add(steps, offset);
  return of.op('LessOrEqual', [countTo(of, of.size(key, 2)), rows]);
}

/** How many keys lie before the first query where the queries belong to the last keys. */
export const keysBefore = (of: Rewriting, query: string, key: string): string =>
  of.op('Sub', [of.size(key, 2), of.size(query, 2)]);
