import { expect, it } from 'vitest';
import { weightedSum } from '../losses/loss.js';
import { ExportWriter } from '../testing/architectures/export-writer.js';
import { directionalCheck, weightedTotal } from '../testing/directional-derivatives.js';
import { noise } from '../testing/fused-node.js';
import { float32, tensor } from '../tensors/tensor.js';
import { trainingGraph } from '../training/training-graph.js';
import { operatorTables } from './tables.js';

/** x [n, 6] through a layer of its own and one of 8-bit numbers with a scale for each column. */
function quantisedLayer() {
  const w = new ExportWriter(17, 'quantised');
  const x = w.linear(w.input('x', 'float32', ['n', 6]), 'before', { from: 6, to: 4 });
  const numbers = tensor(
    'int8',
    [4, 3],
    Int8Array.from({ length: 12 }, (_, at) => at * 9 - 50),
  );
  const inputs = [
    w.stored('weight_quantized', numbers),
    w.stored('weight_scale', float32([3], [0.01, 0.02, 0.03])),
    w.stored('weight_zero_point', tensor('int8', [3], Int8Array.of(1, 0, -2))),
  ];
  const weight = w.op('DequantizeLinear', inputs, { axis: 1 });
  return w.model({ y: w.op('Add', [w.op('MatMul', [x, weight]), w.weight('after.bias', [3])]) });
}

it('trains around a quantised layer: its numbers and scales are tables, the gradient goes through', async () => {
  const model = quantisedLayer();
  expect(operatorTables(model)).toEqual(new Set(['weight_quantized', 'weight_scale', 'weight_zero_point']));
  const options: Parameters<typeof trainingGraph<'model'>>[0] = {
    models: { model },
    objective: async (g, models) => {
      const { y } = await models.model.apply(g, { x: g.input('x', 'float32', [5, 6]) }, ['y']);
      return weightedSum(g, { total: { loss: weightedTotal(g, [y]), weight: 1 } });
    },
  };
  const { parameters, worst } = await directionalCheck(options, { feeds: { x: noise(5, 6) } });
  expect([...parameters].sort()).toEqual(['model/after.bias', 'model/before.bias', 'model/onnx::MatMul_before']);
  expect(worst).toBeLessThan(2e-3);
});
