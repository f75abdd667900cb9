import { readdir, readFile } from 'node:fs/promises';
import { create } from '@bufbuild/protobuf';
import { describe, expect, it } from 'vitest';
import { GraphBuilder } from '../graph/builder.js';
import type { Value } from '../graph/graph.js';
import {
  AttributeProto_AttributeType as AttributeType,
  AttributeProtoSchema,
  GraphProtoSchema,
} from '../proto/onnx.gen.js';
import { node } from '../proto/messages.js';
import { openSession } from '../runtime/session.js';
import { gradientError } from '../testing/finite-differences.js';
import { apply } from '../testing/gradient-cases.js';
import { float32, type Tensor } from '../tensors/tensor.js';
import { backward } from './backward.js';
import { operatorTable } from './rules.js';

const numbers = (...data: number[]): Tensor => float32([data.length], data);

const gradientsOf = (graph: GraphBuilder, y: Value, ...wanted: Value[]) =>
  backward(graph, [{ of: y, gradient: graph.filled(y.shape as number[], 1) }], wanted);

describe('differentiation', () => {
  it('has a spec beside every file of rules, whose cases must be complete to compile', async () => {
    const files = await readdir(import.meta.dirname);
    const machinery = ['backward.ts', 'broadcast.ts', 'emit.ts', 'rule.ts', 'rules.ts'];
    const families = files.filter((name) => !name.endsWith('.spec.ts') && !machinery.includes(name));
    expect(families.map((name) => name.replace('.ts', '.spec.ts')).filter((name) => !files.includes(name))).toEqual([]);
  });

  it('says in the README what it can (npm run operators)', async () => {
    const cells = (text: string) => text.replaceAll(/[ -]+/g, ' ');
    const readme = await readFile(new URL('../../README.md', import.meta.url), 'utf8');
    expect(cells(readme)).toContain(cells(operatorTable()));
  });

  // onnx/backend/test/data/simple (Apache-2.0) at a = 1, b = 2.
  it.each([
    { test: 'test_gradient_of_add', y: 3, byA: 1, byB: 1 },
    { test: 'test_gradient_of_add_and_mul', y: 3, byA: 4, byB: 1 },
  ])('answers as published in $test', async ({ test, y, byA, byB }) => {
    const g = new GraphBuilder();
    const [a, b] = [g.parameterOf('a', float32([], [1])), g.parameterOf('b', float32([], [2]))];
    const sum = g.add(a, b);
    const result = test.endsWith('mul') ? g.mul(sum, a) : sum;
    const gradients = gradientsOf(g, result, a, b);
    const model = g.toTrainingModel({ y: result, byA: gradients.get('a')!, byB: gradients.get('b')! });
    await using session = await openSession(model, { threads: 1 });
    const answer = await session.run({ a: float32([], [1]), b: float32([], [2]) }, ['y', 'byA', 'byB']);
    expect(Object.values(answer).map(({ data }) => Number(data[0]))).toEqual([y, byA, byB]);
  });

  it('adds up the uses of a value and leaves unused outputs alone', async () => {
    const error = await gradientError({
      shapes: [[4, 6]],
      build: (g, x) => {
        const [left, , right] = g.split(x, [2, 2, 2], 1);
        return g.add(g.mul(left!, left!), g.mul(left!, right!));
      },
    });
    expect(error).toBeLessThan(2e-3);
  });

  it.each([[[]], [[1]], [[3]]])('works on shape %j', async (shape) => {
    expect(await gradientError({ shapes: [shape], build: (g, x) => g.mul(g.tanh(x), x) })).toBeLessThan(2e-3);
  });

  it('gives tensors without elements empty gradients', () => {
    const g = new GraphBuilder();
    const x = g.parameterOf('x', float32([0, 3], []));
    const y = g.reduceSum(g.mul(x, x), [0], false);
    expect(gradientsOf(g, y, x).get('x')!.shape).toEqual([0, 3]);
  });

  it('gives zeros where every derivative on the path is zero', () => {
    const g = new GraphBuilder();
    const x = g.parameterOf('x', numbers(0.5, 1.5));
    expect(gradientsOf(g, apply(g, 'Floor', { inputs: [x] }), x).get('x')!.shape).toEqual([2]);
  });

  it('names a seed whose gradient has another shape than its value', () => {
    const g = new GraphBuilder();
    const x = g.parameterOf('x', numbers(1, 2));
    const y = g.mul(x, x);
    expect(() => backward(g, [{ of: y, gradient: g.filled([2, 2], 1) }], [x])).toThrow(
      /Seed of "Mul_\d+": expected a gradient of shape \[2\], found \[2, 2\]\./,
    );
  });

  it('names a parameter that is no float', () => {
    const g = new GraphBuilder();
    const x = g.parameterOf('x', { type: 'int8', shape: [2], data: Int8Array.of(1, 2) });
    expect(() => gradientsOf(g, g.cast(x, 'float32'), x)).toThrow(/"x": expected float32 or float64, found int8/);
  });

  it('names a parameter that the loss does not depend on, or only through integers', () => {
    const g = new GraphBuilder();
    const x = g.parameterOf('x', numbers(1, 2));
    const unused = g.parameterOf('unused', numbers(1, 2));
    expect(() => gradientsOf(g, g.neg(x), x, unused)).toThrow(/"unused": expected a path to the loss/);
    expect(() => gradientsOf(g, g.cast(g.cast(unused, 'int64'), 'float32'), unused)).toThrow(
      /"unused": expected a path/,
    );
  });
});

describe('an operator without a gradient', () => {
  const before = (g: GraphBuilder) => g.parameterOf('before', numbers(1, 2));

  it('is named with its node, and freezing is advised where it would do', () => {
    const g = new GraphBuilder();
    const after = g.parameterOf('after', numbers(1, 2));
    const y = g.mul(apply(g, 'Det', { inputs: [before(g)] }), after);
    expect(() => gradientsOf(g, y, g.value('before'), after)).toThrow(
      /"Det:Det_1" \(Det\): expected an operator with a gradient, found none\. Freezing what lies before it would do: "before"\./,
    );
  });

  it('never matters where nothing trained lies before it', () => {
    const g = new GraphBuilder();
    const after = g.parameterOf('after', numbers(1, 2));
    const y = g.mul(apply(g, 'Det', { inputs: [before(g)] }), after);
    expect(gradientsOf(g, y, after).size).toBe(1);
  });

  it('says so where freezing would leave nothing to train', () => {
    const g = new GraphBuilder();
    const y = apply(g, 'Det', { inputs: [before(g)] });
    expect(() => gradientsOf(g, y, g.value('before'))).toThrow(
      /Freezing would not do, everything trained lies before it/,
    );
  });

  it('is one on a path through 16-bit or quantised numbers, which would end it in silence', () => {
    const g = new GraphBuilder();
    const x = before(g);
    const half = g.cast(g.cast(x, 'float16'), 'float32');
    expect(() => gradientsOf(g, half, x)).toThrow(
      /expected float32 or float64 all the way, found "Cast_\d+" of float16/,
    );
    const scale = g.scalar(0.5);
    const [quantised] = g.emit({
      opType: 'QuantizeLinear',
      inputs: [x, scale],
      outputs: [{ type: 'uint8', shape: [2] }],
    });
    const real = apply(g, 'DequantizeLinear', { inputs: [quantised, scale], shape: [2] });
    expect(() => gradientsOf(g, g.add(real, x), x)).toThrow(/found "QuantizeLinear_\d+" of uint8/);
  });

  it('is a branch or loop, also one that takes its values from around it', () => {
    const g = new GraphBuilder();
    const x = before(g);
    const y = apply(g, 'If', { inputs: [g.scalar(1, 'bool')], shape: [2] });
    const inner = create(GraphProtoSchema, {
      node: [node({ opType: 'Neg', input: [x.name], output: ['negative'], attributes: {} })],
      output: [{ name: 'negative' }],
    });
    g.nodes
      .at(-1)!
      .attribute.push(create(AttributeProtoSchema, { name: 'then_branch', type: AttributeType.GRAPH, g: inner }));
    expect(() => gradientsOf(g, y, x)).toThrow(/\(If\): expected a graph without branches and loops of unknown length/);
  });
});
