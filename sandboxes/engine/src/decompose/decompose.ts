import { copyOf, readTensorProto } from '../proto/messages.js';
import type { NodeProto } from '../proto/onnx.gen.js';
import type { Model } from '../model/model.js';
import type { ElementType, Tensor } from '../tensors/tensor.js';
import { contribActivations } from './activations.js';
import { contribAttention } from './contrib-attention.js';
import { contribConvolution } from './convolution.js';
import { groupQuery } from './group-query-attention.js';
import { inferredValues, type KnownValue } from '../graph/inferred-values.js';
import { contribLinear } from './linear.js';
import { contribNormalisations } from './normalisation.js';
import { contribQuantised } from './quantised.js';
import { Rewriting, type Decomposition, type Surroundings } from './rewriting.js';
import { contribRotary, standardRotary } from './rotary.js';
import { standardAttention } from './standard-attention.js';

/** Fused operators by domain and name, and how each is written with operators that have gradients. */
export const decompositions: Readonly<Record<string, Readonly<Record<string, Decomposition>>>> = {
  'com.microsoft': {
    ...contribActivations,
    ...contribAttention,
    ...contribConvolution,
    ...contribLinear,
    ...contribNormalisations,
    ...contribQuantised,
    ...contribRotary,
    ...groupQuery,
  },
  '': { ...standardAttention, ...standardRotary },
};

const decompositionOf = ({ domain, opType }: NodeProto): Decomposition | undefined =>
  decompositions[domain === 'ai.onnx' ? '' : domain]?.[opType];

export const hasFusedNodes = (model: Model): boolean =>
  model.graph.node.some((node) => decompositionOf(node) !== undefined);

/**
 * The same function of the same inputs, written without fused operators in float32 (operator set 21). Values and initializers that remain
 * keep their names, so weights trained in it can be written back into the original. Throws Undecomposable, naming node,
 * operator, attribute or input, expected and found. Graphs inside nodes (If, Loop) stay as they are.
 */
export async function decompose(model: Model): Promise<Model> {
  return hasFusedNodes(model) ? decomposed(model, await inferredValues(model)) : model;
}

/** As `decompose`, with what is known of the model's values. */
export function decomposed(model: Model, known: ReadonlyMap<string, KnownValue>): Model {
  const surroundings = surroundingsOf(model, known);
  const node = model.graph.node.flatMap((candidate) => {
    const rule = decompositionOf(candidate);
    return rule && isFloat32(candidate, surroundings) ? rewritten(candidate, { rule, surroundings }) : [candidate];
  });
  return model.withGraph(copyOf(model.graph, { node }), model.initializers);
}

/** Nothing is differentiated in other reals, so their fused nodes may stay: a frozen part of a model in float16, say. */
function isFloat32({ input }: NodeProto, { known }: Surroundings): boolean {
  const others: readonly (ElementType | undefined)[] = ['float16', 'bfloat16', 'float64'];
  return !input.some((name) => name !== '' && others.includes(known(name)?.type));
}

function rewritten(
  node: NodeProto,
  { rule, surroundings }: { rule: Decomposition; surroundings: Surroundings },
): NodeProto[] {
  const of = new Rewriting(node, surroundings);
  const results = rule(of);
  of.refuseUnread();
  for (const [index, name] of node.output.entries()) {
    if (name === '') continue;
    const result = results[index];
    of.name(result ?? of.refuse(`output ${index}`, 'it left out', `"${name}"`), name);
  }
  return of.nodes;
}

function surroundingsOf(model: Model, known: ReadonlyMap<string, KnownValue>): Surroundings {
  const taken = new Set([
    ...model.initializers.keys(),
    ...model.graph.input.map(({ name }) => name),
    ...model.graph.node.flatMap(({ output }) => output),
  ]);
  const constants = new Map<string, Tensor>(model.initializers);
  for (const initializer of model.graph.initializer) {
    const value = readTensorProto(initializer);
    if (value) constants.set(initializer.name, value);
  }
  for (const { opType, output, attribute } of model.graph.node) {
    const held = opType === 'Constant' ? attribute.find(({ name }) => name === 'value')?.t : undefined;
    const value = held && readTensorProto(held);
    if (value) constants.set(output[0]!, value);
  }
  let unnamed = 0;
  const freshName = (stem: string): string => {
    let name: string;
    do name = `${stem}_${(unnamed += 1)}`;
    while (taken.has(name));
    return name;
  };
  return {
    known: (value) => known.get(value) ?? constants.get(value),
    constant: (value) => constants.get(value),
    freshName,
  };
}
