import { expect, it } from 'vitest';
import { GraphBuilder } from '../graph/builder.js';
import { openSession } from '../runtime/session.js';
import { float32 } from '../tensors/tensor.js';
import { apply, describeGradients } from '../testing/gradient-cases.js';
import { backward } from './backward.js';
import { dropoutRules } from './dropout.js';

describeGradients(dropoutRules, {
  Dropout: {
    'in inference': { shapes: [[2, 3]], build: (g, x) => apply(g, 'Dropout', { inputs: [x, g.scalar(0.5)] }) },
  },
});

it('goes back through the mask that the forward pass drew', async () => {
  const g = new GraphBuilder();
  const x = g.parameterOf('x', float32([64], new Float32Array(64).fill(1)));
  const y = apply(g, 'Dropout', { inputs: [x, g.scalar(0.25), g.scalar(1, 'bool')] });
  const gradients = backward(g, [{ of: y, gradient: g.filled([64], 1) }], [x]);
  await using session = await openSession(g.toTrainingModel({ y, gradient: gradients.get('x')! }), { threads: 1 });
  const answer = await session.run({ x: g.parameters.get('x')!.initial }, ['y', 'gradient']);
  expect(answer.gradient.data).toEqual(answer.y.data);
  expect(new Set(answer.y.data as Float32Array)).toEqual(new Set([0, Math.fround(1 / 0.75)]));
});
