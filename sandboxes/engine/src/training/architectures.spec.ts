import { describe, expect, it } from 'vitest';
import { architectures } from '../testing/architectures/cases.js';
import { checkGradients, train } from '../testing/architectures/train-architecture.js';

describe.each(Object.entries(architectures))('%s as it is exported', (_, make) => {
  it('has the gradients of finite differences, for every weight', async () => {
    const { worst, at } = await checkGradients(make());
    expect(worst, at).toBeLessThan(5e-3);
  });

  it('trains, and is served at the loss training had, with the operators it came with', async () => {
    const architecture = make();
    const { losses, trainingLoss, servedLoss, exported } = await train(architecture, { steps: 6, rate: 3e-2 });
    expect(trainingLoss).toBeLessThan(0.9 * losses[0]!);
    expect(Math.abs(servedLoss - trainingLoss) / trainingLoss).toBeLessThan(1e-5);
    expect(exported.graph).toBe(architecture.model.graph);
  });
});
