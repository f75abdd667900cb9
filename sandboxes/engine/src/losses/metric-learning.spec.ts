import { describe, expect, it } from 'vitest';
import { valueOf } from '../testing/evaluate.js';
import { lossGradientError } from '../testing/finite-differences.js';
import { indices, matrix, vector } from '../testing/constants.js';
import { learnedScale, contrastive, similarity } from './contrastive.js';
import { matryoshka } from './matryoshka.js';
import { sampledSoftmax } from './sampled-softmax.js';
import { sigmoidPairs } from './sigmoid-pairs.js';
import { tripletLoss } from './triplet.js';
import { softmaxCrossEntropy } from './cross-entropy.js';
import { GraphBuilder } from '../graph/builder.js';

const TOLERANCE = 3e-3;
const logits = [
  [2, -1, 0.5],
  [0.3, 1, -1],
  [-0.2, 0.4, 1],
];

describe('SigLIP', () => {
  const formula = (targets: readonly (readonly number[])[]): number =>
    logits
      .flatMap((row, i) => row.map((logit, j) => Math.log1p(Math.exp(-(2 * targets[i]![j]! - 1) * logit))))
      .reduce((sum, value) => sum + value, 0) / logits.length;
  const related = [
    [1, 0, 1],
    [0, 1, 0],
    [0, 0, 0],
  ];
  const diagonal = logits.map((row, i) => row.map((_, j) => Number(i === j)));

  it('equals the formula, with and without targets', async () => {
    expect(await valueOf((g) => sigmoidPairs(g, matrix(g, logits)))).toBeCloseTo(formula(diagonal), 5);
    expect(await valueOf((g) => sigmoidPairs(g, matrix(g, logits), matrix(g, related)))).toBeCloseTo(
      formula(related),
      5,
    );
  });

  it('stays finite where the exponential does not', async () => {
    expect(await valueOf((g) => sigmoidPairs(g, matrix(g, [[-300]])))).toBeCloseTo(300, 3);
  });

  it('has the gradient of finite differences, through learned scale and bias', async () => {
    const shapes = [[3, 4], [3, 4], [1], [1]];
    const error = await lossGradientError({
      shapes,
      build: (g, a, b, ...[logScale, bias]) =>
        sigmoidPairs(g, similarity(g, [g.normalize(a!), g.normalize(b!)], { logScale: logScale!, bias: bias! })),
    });
    expect(error).toBeLessThan(TOLERANCE);
    expect(
      await lossGradientError({ shapes: [[3, 3]], build: (g, x) => sigmoidPairs(g, x!, matrix(g, related)) }),
    ).toBeLessThan(TOLERANCE);
  });
});

describe('learned scale', () => {
  it('is bounded where CLIP bounds it', () => {
    const g = new GraphBuilder();
    learnedScale(g, 'logScale', { temperature: 0.1 });
    expect(g.parameters.get('logScale')).toMatchObject({
      initial: { data: Float32Array.of(Math.log(10)) },
      max: Math.log(100),
    });
  });
});

describe('triplet loss', () => {
  const anchors = [
    [0, 0],
    [4, 0],
    [0, 4],
  ];
  // Squared distances of the anchors to them: [1, 9, 5], [9, 1, 29], [17, 25, 5]
  const positives = [
    [1, 0],
    [3, 0],
    [-1, 2],
  ];

  it('equals the formula, with negatives by index', async () => {
    const found = await valueOf((g) =>
      tripletLoss(g, [matrix(g, anchors), matrix(g, positives)], {
        margin: 6,
        negatives: { candidates: matrix(g, positives), index: indices(g, [2, 0, 1]) },
      }),
    );
    expect(found).toBeCloseTo((1 - 5 + 6 + 0 + 0) / 3, 5);
  });

  it('chooses the nearest that is farther than the positive, or else the farthest', async () => {
    const found = await valueOf((g) => tripletLoss(g, [matrix(g, anchors), matrix(g, positives)], { margin: 20 }));
    expect(found).toBeCloseTo((1 - 5 + 20 + (1 - 9 + 20) + (5 - 17 + 20)) / 3, 4);
    // Anchor 0's positive is the farthest of all: no negative is semi-hard.
    const far = [[9, 0], ...positives.slice(1)];
    const none = await valueOf((g) => tripletLoss(g, [matrix(g, anchors), matrix(g, far)], { margin: 0 }));
    expect(none).toBeCloseTo((81 - 9) / 3, 4);
  });

  it('chooses no related row', async () => {
    const related = [
      [0, 0, 1],
      [0, 0, 0],
      [0, 0, 0],
    ];
    const found = await valueOf((g) =>
      tripletLoss(g, [matrix(g, anchors), matrix(g, positives)], { margin: 20, related: matrix(g, related) }),
    );
    expect(found).toBeCloseTo((1 - 9 + 20 + (1 - 9 + 20) + (5 - 17 + 20)) / 3, 4);
  });

  it('has the gradient of finite differences', async () => {
    const shapes = [
      [4, 3],
      [4, 3],
      [5, 3],
    ];
    const mined = await lossGradientError({
      shapes,
      build: (g, a, p, n) =>
        tripletLoss(g, [a!, p!], { margin: 3, negatives: { candidates: n!, index: indices(g, [4, 0, 0, 2]) } }),
    });
    expect(mined).toBeLessThan(TOLERANCE);
    const inBatch = await lossGradientError({
      shapes: shapes.slice(0, 2),
      build: (g, a, p) => tripletLoss(g, [a!, p!], { margin: 3 }),
    });
    expect(inBatch).toBeLessThan(TOLERANCE);
  });
});

describe('sampled softmax', () => {
  const logProbability = [Math.log(0.5), Math.log(0.3), Math.log(0.2)];

  it('equals the formula: logits less the log probability of the draw', async () => {
    const found = await valueOf((g) =>
      sampledSoftmax(g, matrix(g, logits), {
        labels: indices(g, [0, 2, 1]),
        logProbability: vector(g, logProbability),
      }),
    );
    const corrected = logits.map((row) => row.map((logit, at) => logit - logProbability[at]!));
    const expected = await valueOf((g) => softmaxCrossEntropy(g, matrix(g, corrected), indices(g, [0, 2, 1])));
    expect(found).toBeCloseTo(expected, 5);
  });

  it('over all classes with equal probability equals the full softmax, and leaves out what is right as well', async () => {
    const even = (g: GraphBuilder) => vector(g, [0.1, 0.1, 0.1].map(Math.log));
    const full = await valueOf((g) => softmaxCrossEntropy(g, matrix(g, logits), indices(g, [0, 1, 2])));
    const sampled = await valueOf((g) =>
      sampledSoftmax(g, matrix(g, logits), { labels: indices(g, [0, 1, 2]), logProbability: even(g) }),
    );
    expect(sampled).toBeCloseTo(full, 5);
    const alone = await valueOf((g) =>
      sampledSoftmax(g, matrix(g, [[1, 5, 5]]), {
        labels: indices(g, [0]),
        logProbability: even(g),
        alsoRight: matrix(g, [[0, 1, 1]]),
      }),
    );
    expect(alone).toBeCloseTo(0, 5);
  });

  it('has the gradient of finite differences', async () => {
    const error = await lossGradientError({
      shapes: [[4, 3]],
      build: (g, x) =>
        sampledSoftmax(g, x!, { labels: indices(g, [0, 1, 1, 2]), logProbability: vector(g, logProbability) }),
    });
    expect(error).toBeLessThan(TOLERANCE);
  });
});

describe('Matryoshka', () => {
  const prefixes = [{ length: 1, weight: 0.5 }, { length: 3 }];

  it('is the weighted sum of the loss over prefixes', async () => {
    const a = [
      [1, 2, 3],
      [0, 1, -1],
    ];
    const b = [
      [1, 0, 1],
      [2, 1, 0],
    ];
    const dots = (length: number) =>
      a.map((x) => b.map((y) => x.slice(0, length).reduce((sum, value, at) => sum + value * y[at]!, 0)));
    const found = await valueOf((g) =>
      matryoshka(g, [matrix(g, a), matrix(g, b)], prefixes, ([x, y]) =>
        contrastive(g, similarity(g, [x!, y!], { temperature: 1 })),
      ),
    );
    const [short, long] = await Promise.all(
      [1, 3].map((length) => valueOf((g) => contrastive(g, matrix(g, dots(length))))),
    );
    expect(found).toBeCloseTo(0.5 * short! + long!, 5);
  });

  it('has the gradient of finite differences', async () => {
    const error = await lossGradientError({
      shapes: [
        [3, 4],
        [3, 4],
      ],
      build: (g, a, b) =>
        matryoshka(g, [a!, b!], prefixes, ([x, y]) =>
          contrastive(g, similarity(g, [g.normalize(x!, 1e-3), g.normalize(y!, 1e-3)], { temperature: 1 })),
        ),
    });
    expect(error).toBeLessThan(TOLERANCE);
  });

  it('refuses a prefix longer than the vectors', () => {
    const g = new GraphBuilder();
    expect(() =>
      matryoshka(g, [g.input('x', 'float32', [2, 4])], [{ length: 5 }], ([x]) => sigmoidPairs(g, x!)),
    ).toThrow(/expected prefixes of 1 to 4 numbers of "x", found 5/);
  });
});
