import { additive, afterPast, attend, causal, countTo, LOWEST, mergeHeads, splitHeads } from './attention.js';
import { elementFacts, float32, tensor } from '../tensors/tensor.js';
import type { Decomposition, Rewriting } from './rewriting.js';

/** Attention of operator sets 23 and 24: inputs of rank 3 or with heads of their own (rank 4). */
const attention: Decomposition = (of) => {
  const [query, key, value] = [of.required(0), of.required(1), of.required(2)];
  const [mask, pastKey, pastValue, lengths] = [of.input(3), of.input(4), of.input(5), of.input(6)];
  of.ignoreAttribute('softmax_precision', 'q_num_heads', 'kv_num_heads');
  const flat = of.rank(query) === 3;
  const headsOf = (x: string, attribute: string): number => {
    const found = flat ? of.int(attribute) : of.shape(x)![1]!;
    return typeof found === 'number' ? found : of.refuse(`input "${x}"`, 'a known number of heads', found);
  };
  const [heads, groups] = [headsOf(query, 'q_num_heads'), headsOf(key, 'kv_num_heads')];
  const headed = (x: string, count: number): string => (flat ? splitHeads(of, x, count) : x);
  const q = headed(query, heads);
  const allKeys = afterPast(of, pastKey, headed(key, groups));
  const allValues = afterPast(of, pastValue, headed(value, groups));

  const ends = lengths && of.unsqueeze(of.cast(lengths, elementFacts('int64').onnx), 1, 2, 3);
  const padded = mask && asLongAsKeys(of, mask, allKeys);
  const isFlags = mask !== undefined && of.type(mask) === 'bool';
  const conditions: string[] = [];
  if (padded && isFlags) conditions.push(padded);
  if (ends) conditions.push(of.op('Less', [countTo(of, of.size(allKeys, 2)), ends]));
  if (of.int('is_causal', 0) === 1) {
    const offset = ends ? of.op('Sub', [ends, of.size(q, 2)]) : pastKey && of.size(pastKey, 2);
    conditions.push(causal(of, q, allKeys, offset));
  }
  const visible = conditions.length > 0 ? conditions.reduce((a, b) => of.op('And', [a, b])) : undefined;
  const biases = [...(padded && !isFlags ? [padded] : []), ...(visible ? [additive(of, visible, -Infinity)] : [])];
  const bias = biases.length > 0 ? biases.reduce((a, b) => of.add(a, b)) : undefined;
  const blind = bias !== undefined && (padded ?? ends) !== undefined ? rowsThatSeeNothing(of, bias) : undefined;
  const emptied = (x: string): string => (blind === undefined ? x : of.op('Where', [blind, 0, x]));
  const attended = attend(
    of,
    { query: q, key: allKeys, value: allValues, heads, groups },
    { scale: of.float('scale', 0), softcap: of.float('softcap', 0), biases: bias === undefined ? [] : [emptied(bias)] },
  );
  const [output, weights] = [emptied(attended.output), emptied(attended.weights)];
  const stages = [attended.scores, attended.capped, attended.biased, weights];
  return [flat ? mergeHeads(of, output) : output, allKeys, allValues, stages[of.int('qk_matmul_output_mode', 0)]];
};

/** A mask of fewer columns than there are keys hides the rest. */
function asLongAsKeys(of: Rewriting, mask: string, keys: string): string {
  const flags = of.type(mask) === 'bool';
  const missing = of.op('Sub', [of.size(keys, 2), of.size(mask, -1)]);
  const rank = of.rank(mask);
  const amounts = [...Array.from({ length: 2 * rank - 1 }, () => of.integers(0)), of.unsqueeze(missing, 0)];
  const hidden = of.tensor(flags ? tensor('bool', [], Uint8Array.of(0)) : float32([], [-Infinity]));
  return of.op('Pad', [mask, of.concat(amounts, 0), hidden]);
}

/** Whether a query sees no key at all: such rows answer zeros, and so they do in onnxruntime where the lowest float32 fills one. */
function rowsThatSeeNothing(of: Rewriting, bias: string): string {
  return of.op('LessOrEqual', [of.op('ReduceMax', [bias, of.integers(-1)], { keepdims: 1 }), LOWEST]);
}

export const standardAttention: Readonly<Record<string, Decomposition>> = { Attention: attention };
