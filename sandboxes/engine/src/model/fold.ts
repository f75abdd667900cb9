import { InferenceSession } from 'onnxruntime-node';
import { create } from '@bufbuild/protobuf';
import { ValueInfoProtoSchema, type NodeProto } from '../proto/onnx.gen.js';
import { copyOf } from '../proto/messages.js';
import { engineTensor } from '../runtime/runtime-tensor.js';
import { isElementType, type Tensor } from '../tensors/tensor.js';
import type { Model } from './model.js';
import { prune, neededNodes } from './prune.js';
import { nestedGraphs, readsOf } from './walk.js';

export interface FoldOptions {
  /** Initializers that will change: nothing is computed from them. */
  readonly keep?: (initializer: string) => boolean;
  /** A result larger than that stays a computation. */
  readonly maxBytes?: number;
}

const drawn = /^(Random|Bernoulli|Multinomial)/;

/**
 * The same model with everything computed, by onnxruntime, that does not depend on its inputs: the results become initializers. Nodes
 * with nested graphs, random ones and results of types that JavaScript cannot read stay.
 */
export async function fold(
  model: Model,
  { keep = () => false, maxBytes = 16 * 2 ** 20 }: FoldOptions = {},
): Promise<Model> {
  const constant = new Set([...model.initializers.keys(), ...model.graph.initializer.map(({ name }) => name)]);
  for (const { name } of model.graph.input) constant.delete(name);
  for (const name of constant) if (keep(name)) constant.delete(name);
  const candidates = model.graph.node.filter((node) => {
    const isConstant = !isExcluded(node) && readsOf(node).every((name) => constant.has(name));
    if (isConstant) for (const name of node.output) constant.add(name);
    return isConstant;
  });
  const wanted = frontier(model, candidates);
  if (wanted.length === 0) return model;
  const results = await computed(model, candidates, wanted);
  const fits = (name: string): boolean => (results.get(name)?.data.byteLength ?? Infinity) <= maxBytes;
  // A node with several results is replaced as a whole or not at all.
  const small = new Map(
    candidates
      .map(({ output }) => output.filter((name) => wanted.includes(name)))
      .flatMap((names) => (names.every(fits) ? names.map((name) => [name, results.get(name)!] as const) : [])),
  );
  const node = model.graph.node.filter(({ output }) => !output.some((name) => small.has(name)));
  return prune(model.withGraph(copyOf(model.graph, { node }), new Map([...model.initializers, ...small])));
}

const isExcluded = (node: NodeProto): boolean =>
  drawn.test(node.opType) || nestedGraphs(node).length > 0 || !(node.domain === '' || node.domain === 'ai.onnx');

/** Constant values that something reads which is not constant: the only ones worth keeping. */
function frontier(model: Model, candidates: readonly NodeProto[]): string[] {
  const inside = new Set(candidates);
  const read = new Set([
    ...model.graph.node.filter((node) => !inside.has(node)).flatMap(readsOf),
    ...model.graph.output.map(({ name }) => name),
  ]);
  return candidates.flatMap(({ output }) => output.filter((name) => name !== '' && read.has(name)));
}

async function computed(
  model: Model,
  candidates: readonly NodeProto[],
  wanted: readonly string[],
): Promise<Map<string, Tensor>> {
  const part = model.withGraph(
    copyOf(model.graph, {
      node: neededNodes(candidates, wanted),
      input: [],
      output: wanted.map((name) => create(ValueInfoProtoSchema, { name })),
      valueInfo: [],
    }),
    model.initializers,
  );
  const session = await InferenceSession.create(prune(part).toBytes(), { logSeverityLevel: 3, intraOpNumThreads: 1 });
  try {
    const answers = await session.run({});
    return new Map(
      wanted.flatMap((name) => {
        const answer = answers[name]!;
        return isElementType(answer.type) ? [[name, engineTensor(answer)]] : [];
      }),
    );
  } finally {
    await session.release();
  }
}
