import { describe, expect, it } from 'vitest';
import { GraphBuilder } from '../graph/builder.js';
import type { Value } from '../graph/graph.js';
import { indices, matrix, vector } from '../testing/constants.js';
import { valueOf } from '../testing/evaluate.js';
import { lossGradientError } from '../testing/finite-differences.js';
import { float32, int64 } from '../tensors/tensor.js';
import { contrastive, similarity } from './contrastive.js';
import { softmaxCrossEntropy } from './cross-entropy.js';
import { cosineLoss, distillationLoss } from './distillation.js';
import { languageModelLoss } from './language-model.js';
import { scalarLoss, weightedSum, type Loss } from './loss.js';
import { meanSquaredError } from './mean-squared-error.js';

const TOLERANCE = 3e-3;
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
        indices(g, [2, -1, 0]),
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
      await valueOf((g) => softmaxCrossEntropy(g, matrix(g, [[1, 2]]), indices(g, [-1]), { ignoreIndex: -1 })),
    ).toBe(0);
  });

  it.each([
    ['plain', {}],
    ['smoothed', { labelSmoothing: 0.1 }],
    ['smoothed with ignored rows', { labelSmoothing: 0.1, ignoreIndex: 1 }],
    ['weighted by class', { labelSmoothing: 0.1, classWeights: [1, 0.5, 2] }],
  ])('has the gradient of finite differences: %s', async (_, options) => {
    expect(
      await lossGradientError({
        shapes: [[4, 3]],
        build: (g, logits) => softmaxCrossEntropy(g, logits!, indices(g, [0, 1, 2, 0]), options),
      }),
    ).toBeLessThan(TOLERANCE);
  });

  // test_sce_mean_weight and test_sce_mean_weight_ii of the ONNX backend tests (Apache-2.0).
  it.each([
    ['weights', [1, 4, 3], {}, 1.5690333],
    ['weights and an ignored row', [0, 4, 3], { ignoreIndex: 0 }, 1.609188],
  ] as const)('equals the published vector with %s by class', async (_, labels, options, expected) => {
    const logits = [
      [0.5488135, 0.7151894, 0.6027634, 0.5448832, 0.4236548],
      [0.6458941, 0.4375872, 0.891773, 0.9636627, 0.3834415],
      [0.791725, 0.5288949, 0.5680446, 0.9255967, 0.0710361],
    ];
    const classWeights = [0.9, 0.7, 0.8, 0.9, 0.9];
    const found = await valueOf((g) =>
      softmaxCrossEntropy(g, matrix(g, logits), indices(g, labels), { classWeights, ...options }),
    );
    expect(found).toBeCloseTo(expected, 5);
  });

  it('weighs rows, and is 0 where all weigh nothing', async () => {
    const logits = [
      [1, 0],
      [0, 3],
    ];
    const weighted = (weights: readonly number[]) =>
      valueOf((g) => softmaxCrossEntropy(g, matrix(g, logits), indices(g, [0, 0]), { rowWeights: vector(g, weights) }));
    expect(await weighted([3, 1])).toBeCloseTo((3 * Math.log1p(Math.exp(-1)) + Math.log1p(Math.exp(3))) / 4, 5);
    expect(await weighted([0, 0])).toBe(0);
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
    const expected = await valueOf((g) => softmaxCrossEntropy(g, matrix(g, logits), indices(g, [0, 1, 2])));
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

describe('language model loss', () => {
  const tokens = (g: GraphBuilder) => g.constant(int64([2, 3], [1, 0, 2, 2, 1, 1]));
  const mask = (g: GraphBuilder) =>
    matrix(g, [
      [1, 1, 0],
      [1, 1, 1],
    ]);
  const logits = Array.from({ length: 18 }, (_, at) => Math.sin(at));

  it('compares each position with the next token, where the mask counts it', async () => {
    const found = await valueOf((g) =>
      languageModelLoss(g, g.constant(float32([2, 3, 3], logits)), tokens(g), { mask: mask(g) }),
    );
    const pairs = [
      [0, 0],
      [3, 1],
      [4, 1],
    ] as const; // position among the six, the token that follows; [1 -> 2] is masked
    const rows = pairs.map(([position, token]) => {
      const row = logits.slice(3 * position, 3 * position + 3);
      return Math.log(row.reduce((sum, logit) => sum + Math.exp(logit), 0)) - row[token]!;
    });
    expect(found).toBeCloseTo(rows.reduce((sum, row) => sum + row, 0) / 3, 5);
  });

  it('has the gradient of finite differences', async () => {
    for (const masked of [true, false]) {
      const error = await lossGradientError({
        shapes: [[2, 3, 3]],
        build: (g, x) =>
          languageModelLoss(g, x!, tokens(g), { labelSmoothing: 0.1, ...(masked ? { mask: mask(g) } : {}) }),
      });
      expect(error).toBeLessThan(TOLERANCE);
    }
  });

  it('says which shapes do not fit', () => {
    const g = new GraphBuilder();
    expect(() => languageModelLoss(g, g.input('x', 'float32', [2, 4, 3]), tokens(g))).toThrow(
      /expected logits .*, found \[2, 4, 3\], \[2, 3\]/,
    );
  });
});

describe('distillation', () => {
  const teacher = [
    [2, 0, -1],
    [0.5, 0.2, 0.1],
  ];
  const student = [
    [1, 1, 0],
    [0, 0.3, -2],
  ];

  it('equals temperature squared times the divergence of the softened distributions', async () => {
    const soft = (row: readonly number[]): number[] => {
      const powers = row.map((logit) => Math.exp(logit / 3));
      const total = powers.reduce((sum, power) => sum + power, 0);
      return powers.map((power) => power / total);
    };
    const divergence = teacher.map((row, at) => {
      const [p, q] = [soft(row), soft(student[at]!)];
      return p.reduce((sum, share, index) => sum + share * Math.log(share / q[index]!), 0);
    });
    const found = await valueOf((g) => distillationLoss(g, matrix(g, student), matrix(g, teacher), { temperature: 3 }));
    expect(found).toBeCloseTo((9 * (divergence[0]! + divergence[1]!)) / 2, 5);
  });

  it('of equal directions is no cosine loss, of opposite ones 2', async () => {
    const pair = (factor: number) =>
      valueOf((g) =>
        cosineLoss(
          g,
          matrix(g, [
            [1, 2],
            [3, 4],
          ]),
          matrix(g, [
            [2, 4],
            [3 * factor, 4 * factor],
          ]),
        ),
      );
    expect(await pair(5)).toBeCloseTo(0, 5);
    expect(await pair(-1)).toBeCloseTo(1, 5);
  });

  it('has the gradient of finite differences', async () => {
    const shapes = [[2, 3]];
    const kl = lossGradientError({
      shapes,
      build: (g, x) => distillationLoss(g, x!, matrix(g, teacher), { temperature: 3 }),
    });
    const cosine = lossGradientError({ shapes, build: (g, x) => cosineLoss(g, x!, matrix(g, teacher)) });
    for (const error of await Promise.all([kl, cosine])) expect(error).toBeLessThan(TOLERANCE);
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

  it('names values of different shapes, which broadcasting would compare crosswise', () => {
    const g = new GraphBuilder();
    const [column, row] = [matrix(g, [[1], [2]]), matrix(g, [[1, 2]])];
    for (const loss of [meanSquaredError, distillationLoss, cosineLoss])
      expect(() => loss(g, column, row)).toThrow(/expected "constant_\d+" of the shape of .* \[2, 1\], found \[1, 2\]/);
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
