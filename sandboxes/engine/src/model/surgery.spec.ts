import { create } from '@bufbuild/protobuf';
import { describe, expect, it } from 'vitest';
import { AttributeProto_AttributeType, AttributeProtoSchema, type GraphProto } from '../proto/onnx.gen.js';
import { copyOf } from '../proto/messages.js';
import { openSession } from '../runtime/session.js';
import { float32, int64, type Tensor } from '../tensors/tensor.js';
import { graphOf, handWritten, op } from '../testing/hand-written.js';
import { tinyVit } from '../testing/tiny-networks.js';
import { findCut, findCuts } from './find.js';
import { fold } from './fold.js';
import { withInferredTypes } from './inferred-types.js';
import type { Model } from './model.js';
import { prune } from './prune.js';
import { replace } from './replace.js';
import { compose, extract, renamed } from './surgery.js';
import { validate } from './validate.js';

const vit = tinyVit({ tokens: 4, patch: 6, dim: 8, depth: 2, heads: 2 });
const two = (a: number, b: number): Tensor => float32([2], [a, b]);

async function answer(model: Model, feeds: Record<string, Tensor>, output: string): Promise<number[]> {
  await using session = await openSession(model, { threads: 1 });
  return [...((await session.run(feeds, [output]))[output]!.data as Float32Array)];
}

/** y = relu(x * w) + b, with `dead` read by nothing and `lost` by a node that no output needs. */
const small = handWritten({
  inputs: { x: [2] },
  outputs: { y: [2] },
  nodes: [
    op('Mul', ['x', 'w'], 'scaled'),
    op('Relu', ['scaled'], 'positive'),
    op('Exp', ['lost'], 'nobody'),
    op('Add', ['positive', 'b'], 'y'),
  ],
  initializers: { w: two(2, -1), b: two(10, 20), dead: two(0, 0), lost: two(0, 0) },
});

const body = (graph: Partial<Parameters<typeof graphOf>[0]> & { outputs: string[] }): GraphProto =>
  graphOf({ nodes: [], ...graph });

/** y = if (sum of x > 0) then x * inner else x, where the branch reads `x` and `inner` from outside. */
const branching = handWritten({
  inputs: { x: [2] },
  outputs: { y: [2] },
  nodes: [
    op('ReduceSum', ['x'], 'sum'),
    op('Greater', ['sum', 'zero'], 'isPositive'),
    copyOf(op('If', ['isPositive'], 'y'), {
      attribute: [
        create(AttributeProtoSchema, {
          name: 'then_branch',
          type: AttributeProto_AttributeType.GRAPH,
          g: body({ outputs: ['product'], nodes: [op('Mul', ['x', 'inner'], 'product'), op('Exp', ['x'], 'unread')] }),
        }),
        create(AttributeProtoSchema, {
          name: 'else_branch',
          type: AttributeProto_AttributeType.GRAPH,
          g: body({ outputs: ['same'], nodes: [op('Identity', ['x'], 'same')] }),
        }),
      ],
    }),
  ],
  initializers: { zero: float32([1], [0]), inner: two(3, 5) },
});

describe('finding a cut', () => {
  it('by name, by glob and by expression', () => {
    expect(findCut(vit, { tensor: 'patches' })).toMatchObject({ type: 'float32', shape: ['n', 4, 6], separates: true });
    expect(findCuts(small, { tensor: 's*' }).map(({ tensor }) => tensor)).toEqual(['scaled']);
    expect(findCuts(small, { tensor: /^(scaled|y)$/ }).map(({ tensor }) => tensor)).toEqual(['scaled', 'y']);
  });

  it('by a sequence of operators', () => {
    const found = findCut(small, { operators: ['Mul', /^Relu|Gelu$/] });
    expect(found.tensor).toBe('positive');
    expect(found.nodes.map(({ opType }) => opType)).toEqual(['Mul', 'Relu']);
    expect(findCuts(vit, { operators: ['MatMul', 'Add', 'Gelu'] })).toHaveLength(2);
  });

  it('knows where a model falls into two', () => {
    const between = findCuts(vit, { operators: ['MatMul', 'Add', 'Add'] }).filter(({ separates }) => separates);
    expect(between.length).toBeGreaterThan(1);
    for (const { tensor } of between) {
      const head = extract(vit, { inputs: ['patches'], outputs: [tensor] });
      const tail = extract(vit, { inputs: [tensor], outputs: ['features'] });
      const shared = [...head.initializers.keys()].filter((name) => tail.initializers.has(name));
      expect(shared).toEqual([]);
    }
    expect(findCuts(vit, { operators: ['Gelu'] }).some(({ separates }) => separates)).toBe(false);
  });

  it('says what it found instead of one', () => {
    expect(() => findCut(small, { tensor: 'z' })).toThrow(/expected one value z, found none/);
    expect(() => findCut(vit, { operators: ['Gelu'] })).toThrow(/expected one sequence Gelu, found 2: "Gelu_/);
  });
});

describe('extracting', () => {
  it('keeps what nested graphs read', async () => {
    const typed = await withInferredTypes(branching);
    const part = extract(typed, { inputs: ['isPositive', 'x'], outputs: ['y'] });
    expect([...part.initializers.keys()]).toEqual(['inner']);
    expect(() => extract(typed, { inputs: ['isPositive'], outputs: ['y'] })).toThrow(/"x" is needed as well/);
  });

  it('asks for types where the file records none', async () => {
    expect(() => extract(small, { inputs: ['scaled'], outputs: ['y'] })).toThrow(
      /"scaled": .* found it unrecorded. Use withInferredTypes/,
    );
    const part = extract(await withInferredTypes(small), { inputs: ['scaled'], outputs: ['y'] });
    expect(await answer(part, { scaled: two(1, -1) }, 'y')).toEqual([11, 20]);
  });
});

describe('pruning', () => {
  it('takes out what no output needs, in nested graphs too', async () => {
    const pruned = prune(small);
    expect(pruned.graph.node.map(({ opType }) => opType)).toEqual(['Mul', 'Relu', 'Add']);
    expect([...pruned.initializers.keys()]).toEqual(['w', 'b']);
    const branch = prune(branching);
    expect(branch.graph.node.at(-1)!.attribute[0]!.g!.node.map(({ opType }) => opType)).toEqual(['Mul']);
    expect([...branch.initializers.keys()]).toEqual(['zero', 'inner']);
    expect(await answer(branch, { x: two(1, 2) }, 'y')).toEqual([3, 10]);
  });
});

describe('renaming', () => {
  it('reaches into nested graphs', async () => {
    const other = renamed(branching, (name) => `m.${name}`);
    expect(await answer(other, { 'm.x': two(1, 2) }, 'm.y')).toEqual([3, 10]);
  });
});

describe('replacing', () => {
  const leaky = handWritten({
    inputs: { input: [2] },
    outputs: { output: [2] },
    nodes: [op('Mul', ['input', 'slope'], 'low'), op('Max', ['input', 'low'], 'output')],
    initializers: { slope: float32([], [0.5]) },
  });
  const change = {
    by: { model: leaky, prefix: 'leaky.' },
    inputs: { input: 'scaled' },
    outputs: { positive: 'output' },
  };

  it('puts a model between named values and drops what only the old part needed', async () => {
    const replaced = replace(small, change);
    expect(replaced.graph.node.map(({ opType }) => opType)).toEqual(['Mul', 'Mul', 'Max', 'Add']);
    expect([...replaced.initializers.keys()]).toEqual(['w', 'b', 'leaky.slope']);
    expect(await answer(replaced, { x: two(1, 2) }, 'y')).toEqual([12, 19]);
    expect(await validate(replaced)).toEqual([]);
    expect(await answer(small, { x: two(1, 2) }, 'y')).toEqual([12, 20]);
  });

  it('can replace a weight by a computation', async () => {
    const halved = replace(small, { ...change, inputs: { input: 'b' }, outputs: { w: 'output' } });
    expect(await answer(halved, { x: two(1, 1) }, 'y')).toEqual([20, 40]);
  });

  it('names what does not fit', async () => {
    expect(() => replace(small, { ...change, outputs: { nothing: 'output' } })).toThrow(
      /value "nothing".*no such name/,
    );
    expect(() => replace(small, { ...change, outputs: { positive: 'result' } })).toThrow(
      /an output "result" of the replacement, found output/,
    );
    const wide = await withInferredTypes(
      handWritten({
        inputs: { input: [2] },
        outputs: { output: [1, 2] },
        nodes: [op('Unsqueeze', ['input', 'axes'], 'output')],
        initializers: { axes: int64([1], [0]) },
      }),
    );
    expect(() =>
      replace(small, { by: { model: wide, prefix: 'w.' }, inputs: { input: 'x' }, outputs: { y: 'output' } }),
    ).toThrow(/value "y": expected float32 \[2\], found "output" of float32 \[1, 2\]/);
    expect(() => replace(small, { ...change, inputs: { input: 'y' } })).toThrow(/without a cycle, found .*->/);
  });
});

describe('folding', () => {
  const constant = handWritten({
    inputs: { x: [2] },
    outputs: { y: [2] },
    nodes: [
      op('Exp', ['w'], 'e'),
      op('Neg', ['e'], 'n'),
      op('Split', ['wide'], ['left', 'right'], { axis: 0, num_outputs: 2 }),
      op('Add', ['left', 'right'], 'both'),
      op('Mul', ['x', 'n'], 'm'),
      op('Add', ['m', 'both'], 'y'),
    ],
    initializers: { w: two(0, 0), wide: float32([4], [1, 2, 3, 4]) },
  });

  it('computes what does not depend on the inputs', async () => {
    const folded = await fold(constant);
    expect(folded.graph.node.map(({ opType }) => opType)).toEqual(['Mul', 'Add']);
    expect([...folded.initializers.keys()].sort()).toEqual(['both', 'n']);
    expect(await answer(folded, { x: two(1, 2) }, 'y')).toEqual([3, 4]);
  });

  it('leaves weights that will change, and results that are too large', async () => {
    const kept = await fold(constant, { keep: (name) => name === 'w' });
    expect(kept.graph.node.map(({ opType }) => opType)).toEqual(['Exp', 'Neg', 'Mul', 'Add']);
    const tight = await fold(constant, { maxBytes: 4 });
    expect(tight.graph.node).toHaveLength(6);
  });
});

describe('composing', () => {
  it('carries the older operator set to the newer and keeps both domains', async () => {
    const old = handWritten({
      opset: 11,
      inputs: { a: [2, 1] },
      outputs: { flat: [2] },
      nodes: [op('Squeeze', ['a'], 'flat', { axes: [1] })],
    });
    const contrib = handWritten({
      domains: { 'com.microsoft': 1 },
      inputs: { b: [2] },
      outputs: { c: [2] },
      nodes: [op('com.microsoft.QuickGelu', ['b'], 'c', { alpha: { float: 1 } })],
    });
    const both = compose({ model: old, prefix: 'o.' }, { model: contrib, prefix: 'c.' }, { flat: 'b' });
    expect(Object.fromEntries(both.operatorSets)).toEqual({ '': 21, 'com.microsoft': 1 });
    const found = await answer(both, { a: float32([2, 1], [0, 1]) }, 'c');
    expect(found[1]).toBeCloseTo(1 / (1 + Math.exp(-1)), 5);
  });

  it('sets models side by side without links', async () => {
    const pair = compose(
      { model: small, prefix: '1.' },
      { model: renamed(small, (name) => (name === 'x' ? 'x2' : name === 'y' ? 'y2' : name)), prefix: '2.' },
      {},
    );
    expect(pair.inputs.map(({ name }) => name)).toEqual(['x', 'x2']);
    expect(await answer(pair, { x: two(1, 1), x2: two(2, 2) }, 'y2')).toEqual([14, 20]);
  });
});
