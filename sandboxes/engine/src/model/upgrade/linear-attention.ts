import type { NodeProto } from '../../proto/onnx.gen.js';
import { floatAttribute, intAttribute, stringAttribute } from '../../proto/messages.js';
import { elementFacts } from '../../tensors/tensor.js';
import { Body } from './body.js';
import { NotUpgradable, type Scope, type UpgradeRule } from './rule.js';

/** Sizes that decide how it is written out. */
interface Sizes {
  readonly steps: number;
  readonly queryHeads: number;
  readonly heads: number;
  readonly keySize: number;
  readonly valueSize: number;
}

/** What one step reads, each [batch, heads, size]; decay and beta are absent where the rule does not use them. */
interface Step {
  readonly key: string;
  readonly value: string;
  readonly decay?: string;
  readonly beta?: string;
}

/**
 * A recurrence over the sequence, one step after another: the state [batch, heads, key, value] forgets (gated), is corrected by what
 * it already says of the key (delta), and is read by the query. Written out for a known length, so that it has a gradient.
 */
export const linearAttention: UpgradeRule = (old, scope) => {
  const [query, key, value, past = '', decay = '', beta = ''] = old.input as [string, string, string];
  const sizes = sizesOf(old, scope);
  const rule = stringAttribute(old, 'update_rule', 'gated_delta');
  const type = scope.recorded(query)!.type;
  const body = new Body(old, scope);
  const real = (name: string): string => (type === 'float32' ? name : body.add('Cast', [name], { to: 1 }));
  const split = (name: string, heads: number): string =>
    body.add('Reshape', [real(name), body.integers(0, 0, heads, -1)]);
  const parts = {
    query: split(query, sizes.queryHeads),
    key: split(key, sizes.heads),
    value: split(value, sizes.heads),
  };
  const decays = rule.startsWith('gated') ? split(decay, sizes.heads) : undefined;
  const betas = rule.endsWith('delta') ? body.add('Reshape', [real(beta), body.integers(0, 0, -1, 1)]) : undefined;
  const scale = body.real(floatAttribute(old, 'scale', 0) || 1 / Math.sqrt(sizes.keySize));
  let state = past === '' ? zeros(body, query, sizes) : real(past);
  const answers = Array.from({ length: sizes.steps }, (_, index) => {
    const position = body.integers(index);
    const at = (name: string): string =>
      body.add('Squeeze', [body.add('Gather', [name, position], { axis: 1 }), body.integers(1)]);
    state = nextState(body, state, {
      key: at(parts.key),
      value: at(parts.value),
      ...(decays ? { decay: at(decays) } : {}),
      ...(betas ? { beta: at(betas) } : {}),
    });
    const read = body.add('MatMul', [
      body.add('Unsqueeze', [at(parts.query), body.integers(-2)]),
      shared(body, state, sizes),
    ]);
    const flat = body.add('Reshape', [read, body.integers(0, 1, sizes.queryHeads * sizes.valueSize)]);
    return body.add('Mul', [flat, scale]);
  });
  const to = elementFacts(type).onnx;
  body.add('Cast', [body.add('Concat', answers, { axis: 1 })], { to }, old.output[0]);
  if (old.output[1]) body.add('Cast', [state], { to }, old.output[1]);
  return body.nodes;
};

function sizesOf(old: NodeProto, scope: Scope): Sizes {
  const [query, value] = [scope.recorded(old.input[0]!)?.shape, scope.recorded(old.input[2]!)?.shape];
  const [queryHeads, heads] = [intAttribute(old, 'q_num_heads', 0), intAttribute(old, 'kv_num_heads', 0)];
  const [steps, queryWidth, valueWidth] = [query?.[1], query?.[2], value?.[2]];
  if (typeof steps !== 'number' || typeof queryWidth !== 'number' || typeof valueWidth !== 'number')
    throw new NotUpgradable(old, 'expected a recorded length and width of query and value, found none.');
  return { steps, queryHeads, heads, keySize: queryWidth / queryHeads, valueSize: valueWidth / heads };
}

function zeros(body: Body, query: string, { heads, keySize, valueSize }: Sizes): string {
  const batch = body.add('Shape', [query], { start: 0, end: 1 });
  return body.add('ConstantOfShape', [
    body.add('Concat', [batch, body.integers(heads, keySize, valueSize)], { axis: 0 }),
  ]);
}

function nextState(body: Body, state: string, { key, value, decay, beta }: Step): string {
  const column = (name: string): string => body.add('Unsqueeze', [name, body.integers(-1)]);
  const kept = decay ? body.add('Mul', [state, column(body.add('Exp', [decay]))]) : state;
  const keys = column(key);
  let written = value;
  if (beta) {
    const known = body.add('MatMul', [body.add('Transpose', [kept], { perm: [0, 1, 3, 2] }), keys]);
    const news = body.add('Sub', [value, body.add('Squeeze', [known, body.integers(-1)])]);
    written = body.add('Mul', [beta, news]);
  }
  const outer = body.add('MatMul', [keys, body.add('Unsqueeze', [written, body.integers(-2)])]);
  return body.add('Add', [kept, outer]);
}

/** The state of each query head: several may read one. */
function shared(body: Body, state: string, { queryHeads, heads, keySize, valueSize }: Sizes): string {
  if (queryHeads === heads) return state;
  const group = queryHeads / heads;
  const wide = body.add('Expand', [body.add('Unsqueeze', [state, body.integers(2)]), body.integers(1, 1, group, 1, 1)]);
  return body.add('Reshape', [wide, body.integers(0, queryHeads, keySize, valueSize)]);
}
