import { elementFacts } from '../tensors/tensor.js';
import {
  additive,
  afterPast,
  attend,
  causal,
  countTo,
  LOWEST,
  keysBefore,
  mergeHeads,
  splitHeads,
} from './attention.js';
import type { Decomposition, Rewriting } from './rewriting.js';

/** Keys that count, as 0 and `filter` broadcast over heads; the forms are those of onnxruntime's Attention on a CPU. */
function paddingBias(of: Rewriting, mask: string, { key, batch }: { key: string; batch: string }): string {
  const filter = of.float('mask_filter_value', -10000);
  const rank = of.rank(mask);
  if (rank === 2 || rank === 3) {
    const visible = of.cast(mask, elementFacts('bool').onnx);
    return additive(of, of.unsqueeze(visible, ...(rank === 2 ? [1, 2] : [1])), filter);
  }
  if (rank !== 1) of.refuse(`input "${mask}"`, 'a mask of rank 1, 2 or 3', `rank ${rank}`);
  const [size, rows] = [of.shape(mask)![0], of.shape(batch)?.[0]];
  const before = (end: string): string =>
    of.op('Less', [of.cast(countTo(of, of.size(key, 2)), elementFacts('int32').onnx), of.unsqueeze(end, 1)]);
  if (size === rows) return additive(of, of.unsqueeze(before(mask), 1, 2), filter);
  if (typeof rows !== 'number' || size !== 2 * rows)
    of.refuse(`input "${mask}"`, `${rows} lengths, or as many ends and starts`, `${size} numbers`);
  const [end, start] = of.split(mask, [rows, rows], 0);
  const visible = of.op('And', [before(end!), of.op('Not', [before(start!)])]);
  return additive(of, of.unsqueeze(visible, 1, 2), filter);
}

interface ScoreInputs {
  readonly mask: string | undefined;
  readonly bias: string | undefined;
  readonly query: string;
  readonly key: string;
  /** A value whose first axis is the batch. */
  readonly batch: string;
}

/** Padding, order and bias as terms that are added to the scores. A key that comes later is out, whatever its padding. */
function biasesOf(of: Rewriting, { mask, bias, query, key, batch }: ScoreInputs): string[] {
  const padding = mask === undefined ? undefined : paddingBias(of, mask, { key, batch });
  of.ignoreAttribute('mask_filter_value');
  const looksBack = of.int('unidirectional', 0) === 1;
  const order = looksBack ? causal(of, query, key, keysBefore(of, query, key)) : undefined;
  const visible = order === undefined ? padding : of.op('Where', [order, padding ?? 0, LOWEST]);
  return [visible, bias].filter((term) => term !== undefined);
}

/** One product for query, key and value of x [batch, length, in]; the state is [2, batch, heads, length, size]. */
const attention: Decomposition = (of) => {
  const [x, weights, bias] = [of.required(0), of.required(1), of.input(2)];
  const [mask, past, attentionBias] = [of.input(3), of.input(4), of.input(5)];
  for (const flag of ['do_rotary', 'past_present_share_buffer'])
    if (of.int(flag, 0) !== 0) of.refuse(`attribute "${flag}"`, '0', '1');
  of.ignoreAttribute('rotary_embedding_dim');
  const heads = of.int('num_heads');
  const columns = of.shape(weights)?.[1];
  if (typeof columns !== 'number') return of.refuse('input 1', 'weights of known size', `${columns} columns`);
  const sizes = of.ints('qkv_hidden_sizes') ?? [columns / 3, columns / 3, columns / 3];

  const product = of.matMul(x, weights);
  const parts = of.split(bias === undefined ? product : of.add(product, bias), sizes, 2);
  const [query, newKey, newValue] = parts.map((part) => splitHeads(of, part, heads));
  const [pastKey, pastValue] = past === undefined ? [] : pastParts(of, past);
  const [key, value] = [afterPast(of, pastKey, newKey!), afterPast(of, pastValue, newValue!)];
  const { output } = attend(
    of,
    { query: query!, key, value, heads, groups: heads },
    {
      scale: of.float('scale', 0),
      softcap: 0,
      biases: biasesOf(of, { mask, bias: attentionBias, query: query!, key, batch: x }),
    },
  );
  const present = of.wants(1) ? of.concat([of.unsqueeze(key, 0), of.unsqueeze(value, 0)], 0) : undefined;
  return [mergeHeads(of, output), present];
};

function pastParts(of: Rewriting, past: string): (string | undefined)[] {
  if (of.shape(past)?.at(-2) === 0) return [];
  return [0, 1].map((part) => of.op('Gather', [past, of.integer(part)], { axis: 0 }));
}

/** Query, key and value apart; key and value may have their heads already ([batch, heads, total, size], cross-attention). */
const multiHeadAttention: Decomposition = (of) => {
  const [query, key, value] = [of.required(0), of.required(1), of.required(2)];
  const [bias, mask, attentionBias] = [of.input(3), of.input(4), of.input(5)];
  const [pastKey, pastValue] = [of.input(6), of.input(7)];
  for (const name of [query, key, value])
    if (of.rank(name) > 4 || of.rank(query) !== 3)
      of.refuse(`input "${name}"`, 'query, key and value apart', `a packed value of rank ${of.rank(name)}`);
  const heads = of.int('num_heads');
  const hidden = [query, key, value].map((name) => of.shape(name)!.at(-1)!);
  const ready = of.rank(key) === 4;
  const biases = bias === undefined ? [] : biasParts(of, bias, ready ? [hidden[0]!] : hidden);
  const headed = (x: string, part: number): string =>
    splitHeads(of, biases[part] === undefined ? x : of.add(x, biases[part]), heads);
  const [q, k, v] = [headed(query, 0), ready ? key : headed(key, 1), ready ? value : headed(value, 2)];
  const [allKeys, allValues] = [afterPast(of, pastKey, k), afterPast(of, pastValue, v)];
  const { output } = attend(
    of,
    { query: q, key: allKeys, value: allValues, heads, groups: heads },
    {
      scale: of.float('scale', 0),
      softcap: 0,
      biases: biasesOf(of, { mask, bias: attentionBias, query: q, key: allKeys, batch: query }),
    },
  );
  return [mergeHeads(of, output), allKeys, allValues];
};

/** The bias of query, key and value lies in one vector. */
function biasParts(of: Rewriting, bias: string, sizes: readonly (number | string)[]): string[] {
  const known = sizes.map((size) =>
    typeof size === 'number' ? size : of.refuse('input 0', 'a last axis of known size', size),
  );
  const total = of.shape(bias)?.[0];
  const rest = Number(total) - known.reduce((sum, size) => sum + size, 0);
  return of.split(bias, rest > 0 ? [...known, rest] : known, 0);
}

export const contribAttention: Readonly<Record<string, Decomposition>> = {
  Attention: attention,
  MultiHeadAttention: multiHeadAttention,
};
