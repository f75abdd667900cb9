import { additive, afterPast, attend, causal, countTo, mergeHeads, splitHeads } from './attention.js';
import { elementFacts } from '../tensors/tensor.js';
import type { Decomposition } from './rewriting.js';

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
  const biases: string[] = [];
  if (mask) biases.push(of.type(mask) === 'bool' ? additive(of, mask) : mask);
  if (ends) biases.push(additive(of, of.op('Less', [countTo(of, of.size(allKeys, 2)), ends])));
  if (of.int('is_causal', 0) === 1) {
    const offset = ends ? of.op('Sub', [ends, of.size(q, 2)]) : pastKey && of.size(pastKey, 2);
    biases.push(additive(of, causal(of, q, allKeys, offset)));
  }
  const attended = attend(
    of,
    { query: q, key: allKeys, value: allValues, heads, groups },
    { scale: of.float('scale', 0), softcap: of.float('softcap', 0), biases },
  );
  const stage = of.int('qk_matmul_output_mode', 0);
  const stages = [attended.scores, attended.capped, attended.biased, attended.weights];
  return [flat ? mergeHeads(of, attended.output) : attended.output, allKeys, allValues, stages[stage]];
};

export const standardAttention: Readonly<Record<string, Decomposition>> = { Attention: attention };
