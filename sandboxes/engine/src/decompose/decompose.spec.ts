import { describe, expect, it } from 'vitest';
import type { GraphBuilder } from '../graph/builder.js';
import { weightedSum, type Objective } from '../losses/loss.js';
import { directionalCheck, weightedTotal } from '../testing/directional-derivatives.js';
import {
  answers,
  fusedModel,
  inputName,
  noise,
  outputName,
  relativeError,
  type FusedNode,
} from '../testing/fused-node.js';
import { fusedNodes } from '../testing/fused-nodes.js';
import { architectures } from '../testing/architectures/cases.js';
import { openSession } from '../runtime/session.js';
import type { Model } from '../model/model.js';
import { elementCount, float32, int64, type Tensor } from '../tensors/tensor.js';
import type { TrainableModel } from '../training/trainable-model.js';
import { decompose, decomposed, decompositions } from './decompose.js';

/** The node with every float input as a weight, and the sum of all it answers as the loss. */
function differentiated(of: FusedNode) {
  const floats = of.inputs.flatMap((value, index) => (value?.type === 'float32' ? [index] : []));
  const stored = [...new Set([...floats, ...(of.stored ?? [])])];
  const fed = of.inputs.flatMap((value, index) =>
    value && !stored.includes(index) ? [[inputName(index), value] as const] : [],
  );
  const outputs = (of.meaningful ?? of.outputs ?? [0]).map(outputName);
  const objective = async (g: GraphBuilder, { node }: { node: TrainableModel }): Promise<Objective> => {
    const inputs = Object.fromEntries(fed.map(([name, { type, shape }]) => [name, g.input(name, type, shape)]));
    const found = await node.apply(g, inputs, outputs);
    const floating = outputs.map((name) => found[name]!).filter(({ type }) => type === 'float32');
    return weightedSum(g, { total: { loss: weightedTotal(g, floating), weight: 1 } });
  };
  const models = { node: fusedModel({ ...of, stored }) };
  const trainable = (name: string): boolean =>
    elementCount(models.node.initializers.get(name.slice('node/'.length))!.shape) > 0;
  return { options: { models, objective, trainable }, feeds: Object.fromEntries(fed) };
}

describe.each(Object.entries(fusedNodes))('%s', (_, variants) => {
  it.each(Object.entries(variants))('%s: answers what onnxruntime answers for the fused node', async (_name, of) => {
    const fused = fusedModel(of);
    const plain = await decompose(fused);
    expect(plain.graph.node.map(({ domain }) => domain)).not.toContain('com.microsoft');
    const [found, expected] = [await answers(plain, of), await answers(fused, of)];
    const outputs = of.outputs ?? [0];
    for (const output of of.meaningful ?? outputs) {
      const at = outputs.indexOf(output);
      expect(relativeError(found[at]!, expected[at]!)).toBeLessThan(1e-5);
    }
  });

  const smooth = Object.entries(variants).filter(([, { saturated = false }]) => !saturated);
  it.each(smooth)('%s: has the gradient of finite differences', async (_name, of) => {
    const { options, feeds } = differentiated(of);
    const { worst, at } = await directionalCheck(options, { feeds });
    expect(worst, at).toBeLessThan(3e-3);
  });
});

describe('decompose', () => {
  it('has a case for every operator', () => {
    const operators = Object.entries(decompositions).flatMap(([domain, rules]) =>
      Object.keys(rules).map((opType) => (domain ? `${domain}.${opType}` : opType)),
    );
    expect(Object.keys(fusedNodes).sort()).toEqual(operators.sort());
  });

  it('keeps the names of values and weights, and leaves a model without fused nodes as it is', async () => {
    const fused = fusedModel(fusedNodes['com.microsoft.MatMulNBits']!['of 4 bits']!);
    const plain = await decompose(fused);
    expect(plain.graph.output.map(({ name }) => name)).toEqual(fused.graph.output.map(({ name }) => name));
    expect([...plain.initializers.keys()]).toEqual([...fused.initializers.keys()]);
    expect(await decompose(plain)).toBe(plain);
  });

  it('keeps sizes open that the model leaves open', async () => {
    const { model } = architectures['Qwen3 with fused operators']!();
    const plain = await decompose(model);
    for (const [batch, length] of [
      [1, 3],
      [2, 6],
    ] as const) {
      const numbers = Array.from({ length: batch * length }, (_, at) => (3 * at) % 11);
      const feeds = {
        input_ids: int64([batch, length], numbers),
        attention_mask: int64(
          [batch, length],
          numbers.map(() => 1),
        ),
        ...Object.fromEntries(
          model.inputs
            .slice(2)
            .map(({ name, shape }) => [name, float32([batch, Number(shape[1]), 0, Number(shape[3])], [])]),
        ),
      };
      const answer = async (asked: Model): Promise<Tensor> => {
        await using session = await openSession(asked, { threads: 1 });
        return (await session.run(feeds, ['logits'])).logits;
      };
      expect(relativeError(await answer(plain), await answer(model))).toBeLessThan(1e-5);
    }
  });

  it('hides the keys for which a mask of operator set 24 has no column', async () => {
    const [query, key, value, mask] = [noise(1, 2, 3, 8), noise(1, 2, 4, 8), noise(1, 2, 4, 8), noise(3, 2)];
    const columns = Array.from({ length: 12 }, (_, at) =>
      at % 4 < 2 ? (mask.data as Float32Array)[2 * (at >> 2) + (at % 4)]! : -Infinity,
    );
    const node: FusedNode = { opType: 'Attention', domain: '', opset: 24, inputs: [query, key, value, mask] };
    const whole = { ...node, inputs: [query, key, value, float32([3, 4], columns)] };
    const [found] = await answers(await decompose(fusedModel(node)), node);
    const [expected] = await answers(fusedModel(whole), whole);
    expect(relativeError(found!, expected!)).toBeLessThan(1e-5);
  });

  it.each<[string, FusedNode, RegExp]>([
    [
      'an attribute of another value',
      { opType: 'FusedGemm', inputs: [noise(2, 2), noise(2, 2), noise(2)], attributes: { activation: 'Softplus' } },
      /"FusedGemm:y0" \(com.microsoft.FusedGemm\): attribute "activation": expected Relu, .* found Softplus/,
    ],
    [
      'a state that is overwritten',
      {
        ...fusedNodes['com.microsoft.Attention']!['with a past']!,
        attributes: { num_heads: 4, unidirectional: 1, past_present_share_buffer: 1 },
      },
      /attribute "past_present_share_buffer": expected 0, found 1/,
    ],
    [
      'quantised numbers that are fed',
      { ...fusedNodes['com.microsoft.MatMulNBits']!['of 4 bits']!, stored: [] },
      /input 1: expected stored uint8 or float32 numbers, found a computed value/,
    ],
  ])('names node, operator, part, expected and found: %s', async (_name, of, message) => {
    await expect(decompose(fusedModel(of))).rejects.toThrow(message);
  });

  it('leaves fused nodes in other reals than float32 to onnxruntime', () => {
    const half = fusedModel({ opType: 'QuickGelu', inputs: [noise(2, 3)] });
    const known = new Map([[inputName(0), { type: 'float16', shape: [2, 3] } as const]]);
    expect(decomposed(half, known).graph.node).toEqual(half.graph.node);
  });

  it('names an attribute and an input that no rule reads', () => {
    const known = new Map([[inputName(0), { type: 'float32', shape: [2, 3] } as const]]);
    const twice = fusedModel({ opType: 'QuickGelu', inputs: [noise(2, 3), noise(2, 3)] });
    expect(() => decomposed(twice, known)).toThrow(
      /\(com.microsoft.QuickGelu\): input 1: expected it left out, found "x1"/,
    );
    const odd = fusedModel({ opType: 'QuickGelu', inputs: [noise(2, 3)], attributes: { beta: 1 } });
    expect(() => decomposed(odd, known)).toThrow(/attribute "beta": expected only alpha, found it set/);
  });
});
