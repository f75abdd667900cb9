import { InferenceSession } from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { GraphBuilder } from '../graph/builder.js';
import type { Value } from '../graph/graph.js';
import { lossGradientError } from '../testing/finite-differences.js';
import { float32, int64 } from '../tensors/tensor.js';
import { contrastive, similarity } from './contrastive.js';
import { softmaxCrossEntropy } from './cross-entropy.js';
import { scalarLoss, weightedSum, type Loss } from './loss.js';
import { meanSquaredError } from './mean-squared-error.js';

const TOLERANCE = 3e-3;
const labels = (g: GraphBuilder, values: readonly number[]) => g.constant(int64([values.length], values));
const matrix = (g: GraphBuilder, rows: readonly (readonly number[])[]) =>
  g.constant(float32([rows.length, rows[0]!.length], rows.flat()));

async function valueOf(build: (graph: GraphBuilder) => Loss): Promise<number> {
  const graph = new GraphBuilder();
  const session = await InferenceSession.create(graph.toModel({ loss: build(graph).value }).toBytes(), {
    logSeverityLevel: 3,
  });
  const { loss } = await session.run({});
  await session.release();
  return Number(loss!.data[0]);
}

describe('softmax cross-entropy', () => {
  it('equals the formula, with label smoothing and an ignored row', async () => {
    const smoothing = 0.1;
    const found = await valueOf((g) =>
      softmaxCrossEntropy(
        g,
        matrix(g, [
          [1, 2, 3],
          [9, 9, 0],
          [0, 1, 0],
        ]),
        labels(g, [2, -1, 0]),
        { labelSmoothing: smoothing, ignoreIndex: -1 },
      ),
    );
    const row = (logits: readonly number[], label: number): number => {
      const total = Math.log(logits.reduce((sum, logit) => sum + Math.exp(logit), 0));
      return logits.reduce(
        (sum, logit, index) => sum - (smoothing / 3 + (index === label ? 1 - smoothing : 0)) * (logit - total),
        0,
      );
    };
    expect(found).toBeCloseTo((row([1, 2, 3], 2) + row([0, 1, 0], 0)) / 2, 5);
  });

  it('is 0 where every row is ignored', async () => {
    expect(
      await valueOf((g) => softmaxCrossEntropy(g, matrix(g, [[1, 2]]), labels(g, [-1]), { ignoreIndex: -1 })),
    ).toBe(0);
  });

  it.each([
    ['plain', {}],
    ['smoothed', { labelSmoothing: 0.1 }],
    ['smoothed with ignored rows', { labelSmoothing: 0.1, ignoreIndex: 1 }],
  ])('has the gradient of finite differences: %s', async (_, options) => {
    expect(
      await lossGradientError({
        shapes: [[4, 3]],
        build: (g, logits) => softmaxCrossEntropy(g, logits!, labels(g, [0, 1, 2, 0]), options),
      }),
    ).toBeLessThan(TOLERANCE);
  });

  it('says which shapes do not fit', () => {
    const g = new GraphBuilder();
    expect(() => softmaxCrossEntropy(g, g.input('x', 'float32', [4, 3]), g.input('y', 'int64', [5]))).toThrow(
      /expected logits \[rows, classes\] and labels \[rows\], found \[4, 3\] and \[5\]/,
    );
  });
});

describe('contrastive loss', () => {
  const several = [
    [0.5, 0.5, 0],
    [0, 1, 0],
    [0, 0, 0],
  ];
  const both = (g: GraphBuilder, a: Value, b: Value, scale: Value) =>
    similarity(g, [g.normalize(a), g.normalize(b)], { logScale: scale });

  it('of a square without targets equals cross-entropy with the row numbers as labels', async () => {
    const logits = [
      [2, 1, 0],
      [0, 1, -1],
      [1, 1, 1],
    ];
    const expected = await valueOf((g) => softmaxCrossEntropy(g, matrix(g, logits), labels(g, [0, 1, 2])));
    expect(await valueOf((g) => contrastive(g, matrix(g, logits)))).toBeCloseTo(expected, 5);
  });

  it('has the gradient of finite differences: diagonal, both directions, learned temperature', async () => {
    expect(
      await lossGradientError({
        shapes: [[3, 4], [3, 4], [1]],
        build: (g, a, b, scale) => contrastive(g, both(g, a!, b!, scale!), { columnTargets: true }),
      }),
    ).toBeLessThan(TOLERANCE);
  });

  it('has the gradient of finite differences: several positives and an empty row, one direction', async () => {
    expect(
      await lossGradientError({
        shapes: [[3, 3]],
        build: (g, logits) => contrastive(g, logits!, { targets: matrix(g, several) }),
      }),
    ).toBeLessThan(TOLERANCE);
  });

  it('has the gradient of finite differences: targets of their own for the columns', async () => {
    const columns = [
      [1, 0.25, 0],
      [0, 0.75, 0],
      [0, 0, 1],
    ];
    expect(
      await lossGradientError({
        shapes: [[3, 3]],
        build: (g, logits) =>
          contrastive(g, logits!, { targets: matrix(g, several), columnTargets: matrix(g, columns) }),
      }),
    ).toBeLessThan(TOLERANCE);
  });
});

describe('other losses', () => {
  it('mean squared error has the gradient of finite differences', async () => {
    expect(
      await lossGradientError({
        shapes: [[2, 3]],
        build: (g, x) =>
          meanSquaredError(
            g,
            x!,
            matrix(g, [
              [1, 0, 2],
              [0, -1, 1],
            ]),
          ),
      }),
    ).toBeLessThan(TOLERANCE);
  });

  it('a weighted sum differentiates each term by its weight', async () => {
    const build = (g: GraphBuilder, x: Value): Loss =>
      weightedSum(g, {
        squares: { loss: meanSquaredError(g, x, matrix(g, [[1, 2]])), weight: 0.3 },
        mean: { loss: scalarLoss(g, g.reduceMean(g.exp(x), [0, 1], false)), weight: 2 },
      }).loss;
    expect(await lossGradientError({ shapes: [[1, 2]], build: (g, x) => build(g, x!) })).toBeLessThan(TOLERANCE);
  });
});
