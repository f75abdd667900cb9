import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Tensor as RuntimeTensor } from 'onnxruntime-node';
import { TensorProto_DataType as Type, type ModelProto, type NodeProto, type TensorProto } from '../proto/onnx.gen.js';
import { copyOf, floatAttribute, stringAttribute } from '../proto/messages.js';
import { Model } from '../model/model.js';
import { upgraded } from '../model/upgrade/upgrade.js';
import { ParameterStore } from '../optimizer/parameter-store.js';
import { sgd } from '../optimizer/sgd.js';
import type { UpdateRule } from '../optimizer/update-rule.js';
import { differenceOf } from './compare.js';
import { differentiated, float32Of } from './derivation.js';
import { feedable } from './feedable.js';
import { numbersOf } from './numbers.js';
import { failed, inapplicable, passed, type Outcome } from './outcome.js';
import type { SuiteCase, SuiteTest } from './suite.js';

const DOMAIN = 'ai.onnx.preview.training';

export const isTrainingVector = ({ graph }: ModelProto): boolean => graph!.node.some(({ domain }) => domain === DOMAIN);

/** The suite publishes gradients (Gradient) and updates (Adam, Momentum): the engine's own are compared with them. */
export async function checkTrainingVector(test: SuiteTest, found: SuiteCase): Promise<Outcome> {
  const node = found.proto.graph!.node.find(({ domain }) => domain === DOMAIN)!;
  if (node.opType === 'Gradient') return await checkGradient(test, found, node);
  const rule = ruleOf(node, found);
  return rule ? checkUpdate(node, found, rule) : inapplicable(`the engine has no optimizer ${node.opType}`);
}

async function checkGradient(test: SuiteTest, found: SuiteCase, node: NodeProto): Promise<Outcome> {
  const published = Model.fromBytes(readFileSync(join(test.folder, 'model.onnx')));
  const rest = published.graph.node.filter(({ domain }) => domain !== DOMAIN);
  const model = upgraded(published.withGraph(copyOf(published.graph, { node: rest }), published.initializers));
  const y = stringAttribute(node, 'y', '');
  const output = float32Of(tensorOf(found.outputs, y));
  const names = node.attribute.find(({ name }) => name === 'xs')!.strings.map((word) => Buffer.from(word).toString());
  const point = new Map(names.map((name) => [name, float32Of(tensorOf(found.inputs, name))]));
  const bound = feedable(model, found.inputs, new Map([[y, found.outputs.get(y)!]]));
  const ones = new Float32Array(output.data.length).fill(1);
  const gradients = await differentiated(
    { bound, point, outputs: new Map([[y, output]]) },
    new Map([[y, ones]]),
    names,
  );
  return verdictOf(
    node.output.map((name, index) => {
      const expected = tensorOf(found.outputs, name);
      return { name, expected, values: gradients.get(names[index]!)! };
    }),
  );
}

interface Update {
  readonly rule: UpdateRule;
  readonly learningRate: number;
  /** Decay that goes through the moments; the engine's AdamW has none, so it is added to the gradient here. */
  readonly addedDecay: number;
}

/** The engine's rule that does what the node says; undefined where it has none. */
function ruleOf(node: NodeProto, found: SuiteCase): Update | undefined {
  const learningRate = Number(numbersOf(tensorOf(found.inputs, node.input[0]!))[0]);
  const step = Number(numbersOf(tensorOf(found.inputs, node.input[1]!))[0]);
  const [alpha, beta] = [floatAttribute(node, 'alpha', 0.9), floatAttribute(node, 'beta', 0.999)];
  const decay = floatAttribute(node, 'norm_coefficient', 0);
  // The operators count from 0, where nothing is corrected yet.
  if (step !== 0 || floatAttribute(node, 'norm_coefficient_post', 0) !== 0) return undefined;
  switch (node.opType) {
    case 'Momentum': {
      const nesterov = stringAttribute(node, 'mode', '') === 'nesterov';
      return { rule: sgd({ momentum: alpha, nesterov, weightDecay: decay }), learningRate, addedDecay: 0 };
    }
    case 'Adam': {
      const epsilon = floatAttribute(node, 'epsilon', 1e-6);
      const numbers: UpdateRule['numbers'] = (at) => [alpha, beta, epsilon, at.learningRate, 1, 1, at.gradientScale];
      return { rule: { kind: 'adamw', weightDecay: 0, moments: ['m', 'v'], numbers }, learningRate, addedDecay: decay };
    }
    default:
      return undefined;
  }
}

function checkUpdate(node: NodeProto, found: SuiteCase, { rule, learningRate, addedDecay }: Update): Outcome {
  const regions = ['weight', 'gradient', ...rule.moments];
  const count = (node.input.length - 2) / regions.length;
  const input = (region: number, at: number) => float32Of(tensorOf(found.inputs, node.input[2 + region * count + at]!));
  const parameters = Array.from({ length: count }, (_, at) => [`x${at}`, input(0, at)] as const);
  const groups = [{ pattern: '*', weightDecay: rule.weightDecay }];
  const store = new ParameterStore(new Map(parameters), { rule, groups });
  for (const [at, [name, { data }]] of parameters.entries()) {
    for (const [index, region] of regions.entries())
      store.view(region, name).set(input(index, at).data as Float32Array);
    const gradient = store.view('gradient', name);
    for (const [index, weight] of (data as Float32Array).entries()) gradient[index]! += addedDecay * weight;
  }
  store.update({ step: 1, learningRate, gradientScale: 1 });
  const answered = ['weight', ...rule.moments];
  return verdictOf(
    node.output.map((name, index) => ({
      name,
      expected: tensorOf(found.outputs, name),
      values: store.view(answered[Math.floor(index / count)]!, `x${index % count}`).slice(),
    })),
  );
}

function verdictOf(results: readonly { name: string; expected: TensorProto; values: Float32Array }[]): Outcome {
  for (const { name, expected, values } of results) {
    const difference = differenceOf(name, expected, new RuntimeTensor('float32', values, expected.dims.map(Number)));
    if (difference !== undefined) return failed(difference);
  }
  return passed('published vector');
}

function tensorOf(values: SuiteCase['inputs'], name: string): TensorProto {
  const found = values.get(name);
  if (found?.kind !== 'tensor' || found.tensor.dataType === (Type.UNDEFINED as number))
    throw new Error(`Value "${name}": expected a published tensor, found none.`);
  return found.tensor;
}
