import { elementFacts } from '../tensors/tensor.js';
import { additive, afterPast, attend, causal, countTo, mergeHeads, splitHeads, type Heads } from './attention.js';
import { rotated, turnsOf } from './rotary.js';
import type { Decomposition, Rewriting } from './rewriting.js';

const INT64 = elementFacts('int64').onnx;

/** Query, key and value as heads; without key and value they lie side by side in the query. */
function readHeads(of: Rewriting): Heads & { size: number } {
  const [query, key, value] = [of.required(0), of.input(1), of.input(2)];
  const [heads, groups] = [of.int('num_heads'), of.int('kv_num_heads')];
  const hidden = of.shape(query)?.at(-1);
  if (typeof hidden !== 'number') return of.refuse('input 0', 'a last axis of known size', `${hidden}`);
  const size = key === undefined ? hidden / (heads + 2 * groups) : hidden / heads;
  const parts =
    key === undefined || value === undefined
      ? of.split(query, [heads * size, groups * size, groups * size], 2)
      : [query, key, value];
  const [q, k, v] = parts.map((part, index) => splitHeads(of, part, index === 0 ? heads : groups));
  return { query: q!, key: k!, value: v!, heads, groups, size };
}

interface Past {
  readonly cache: string;
  /** How many of its places each row counts. */
  readonly counts: string;
}

/** How many places of the past count in each row, int64 [batch, 1]. */
const pastLengths = (of: Rewriting, seqlens: string, query: string): string =>
  of.unsqueeze(of.op('Sub', [of.add(of.cast(seqlens, INT64), of.integer(1)), of.size(query, 2)]), 1);

/** Keys and queries turned by their places: from the first position given, or after each row's past. */
function turned(of: Rewriting, heads: ReturnType<typeof readHeads>, past: string | undefined): Heads {
  const [cos, sin, positions] = [of.input(7), of.input(8), of.input(9)];
  const interleaved = of.int('rotary_interleaved', 0) === 1;
  if (of.int('do_rotary', 0) === 0) return heads;
  if (!cos || !sin) return of.refuse('input 7', 'cos and sin caches beside do_rotary', 'none');
  const half = of.shape(cos)?.at(-1);
  if (typeof half !== 'number') return of.refuse('input 7', 'a last axis of known size', `${half}`);
  const steps = of.unsqueeze(countTo(of, of.size(heads.query, 2)), 0);
  const start = positions && of.op('Slice', [of.reshape(positions, -1), of.integers(0), of.integers(1)]);
  const fromFirst = start ? of.add(steps, start) : steps;
  const rows = past === undefined ? fromFirst : (positions ?? of.add(steps, past));
  const turns = { ...turnsOf(of, { cos, sin, positions: rows }), interleaved, dim: 2 * half, size: heads.size };
  return { ...heads, query: rotated(of, heads.query, turns), key: rotated(of, heads.key, turns) };
}

/** Which keys each query sees where there is no past. */
function visibleKeys(of: Rewriting, { query, key }: Heads, seqlens: string): string {
  const window = of.int('local_window_size', -1);
  const places = countTo(of, of.size(key, 2));
  if (of.int('causal', 1) === 0) return of.op('LessOrEqual', [places, of.unsqueeze(of.cast(seqlens, INT64), 1, 2, 3)]);
  const before = causal(of, query, key);
  if (window <= 0) return before;
  const start = of.op('Sub', [of.unsqueeze(countTo(of, of.size(query, 2)), 1), of.integer(window)]);
  return of.op('And', [before, of.op('Greater', [places, start])]);
}

/**
 * With a past, its keys come first and each row sees as many of them as its length says. The present answered is the whole
 * past and the new keys after it, which is what onnxruntime answers where no row's past is padded.
 */
const groupQueryAttention: Decomposition = (of) => {
  const heads = readHeads(of);
  const [pastKey, pastValue, seqlens] = [of.input(3), of.input(4), of.required(5)];
  const bias = of.input(10);
  const sink = of.input(11);
  of.ignoreInput(6);
  of.ignoreAttribute('kv_cache_bit_width', 'qk_norm_epsilon');
  refuseCacheForms(of);
  const past: Past | undefined =
    pastKey === undefined || of.shape(pastKey)?.at(-2) === 0
      ? undefined
      : { cache: pastKey, counts: pastLengths(of, seqlens, heads.query) };
  const fresh = turned(of, heads, past?.counts);
  const all = { ...fresh, key: afterPast(of, pastKey, fresh.key), value: afterPast(of, pastValue, fresh.value) };
  const visible = past ? visibleWithPast(of, all, past) : visibleKeys(of, fresh, seqlens);
  const smooth = of.int('smooth_softmax', 0) === 1 ? 0 : undefined;
  const { output } = attend(of, all, {
    scale: of.float('scale', 0),
    softcap: of.float('softcap', 0),
    biases: [...(bias ? [bias] : []), additive(of, visible)],
    ...((sink ?? smooth) === undefined ? {} : { sink: (sink ?? smooth)! }),
  });
  return [mergeHeads(of, output), all.key, all.value];
};

function refuseCacheForms(of: Rewriting): void {
  for (const name of ['k_quant_type', 'v_quant_type']) {
    const found = of.text(name, 'NONE');
    if (found !== 'NONE') of.refuse(`attribute "${name}"`, 'NONE', found);
  }
  for (const name of ['qk_output', 'sliding_window_cache']) {
    const found = of.int(name, 0);
    if (found !== 0) of.refuse(`attribute "${name}"`, '0', String(found));
  }
}

/** [batch, 1, length, past + length]: the past as far as it counts, then the new keys up to the query. */
function visibleWithPast(of: Rewriting, { query, key }: Heads, { cache, counts }: Past): string {
  if (of.int('local_window_size', -1) > 0 || of.int('causal', 1) === 0)
    of.refuse('input 3', 'no past beside local_window_size or causal = 0', `"${cache}"`);
  const places = countTo(of, of.size(key, 2));
  const cached = of.size(cache, 2);
  const old = of.op('Less', [places, of.unsqueeze(counts, 2, 3)]);
  const fresh = of.op('GreaterOrEqual', [places, cached]);
  return of.op('Or', [old, of.op('And', [fresh, causal(of, query, key, cached)])]);
}

export const groupQuery: Readonly<Record<string, Decomposition>> = { GroupQueryAttention: groupQueryAttention };
