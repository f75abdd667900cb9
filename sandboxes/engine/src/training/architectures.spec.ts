import { describe, expect, it } from 'vitest';
import { architectures } from '../testing/architectures/cases.js';
import { realModels, type TrainedCase } from '../testing/architectures/real-models.js';
import { checkGradients, train } from '../testing/architectures/train-architecture.js';

const miniatures = Object.entries(architectures).map(([name, make]): TrainedCase => ({
  name: `${name} as it is exported`,
  steps: 6,
  rate: 3e-2,
  make: () => Promise.resolve(make()),
}));

describe.each([...miniatures, ...realModels])('$name', ({ make, steps, rate }) => {
  it('has the gradients of finite differences, for every weight', async () => {
    const { worst, at } = await checkGradients(await make());
    expect(worst, at).toBeLessThan(5e-3);
  });

  it('trains, and is served at the loss training had, with the operators it came with', async () => {
    const architecture = await make();
    const { losses, trainingLoss, servedLoss, exported } = await train(architecture, { steps, rate });
    expect(trainingLoss).toBeLessThan(0.9 * losses[0]!);
    expect(Math.abs(servedLoss - trainingLoss) / trainingLoss).toBeLessThan(1e-5);
    expect(exported.graph).toBe(architecture.model.graph);
  });
});
