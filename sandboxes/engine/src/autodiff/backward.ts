import type { GraphBuilder } from '../graph/builder.js';
import { fixedShape, type Value } from '../graph/graph.js';
import { sameShape } from '../graph/shapes.js';
import type { NodeProto } from '../proto/onnx.gen.js';
import { elementCount, type ElementType } from '../tensors/tensor.js';
import { fusedRules } from './fused.js';
import { gradientRules } from './rules.js';
import { readsOf } from '../model/walk.js';
import { NoGradient, type GradientRule, type Seed } from './rule.js';

/**
 * Reverse-mode differentiation: adds nodes to the graph that compute the gradient of the loss by each of `wanted`.
 * Throws NoGradient for a node between them and the seeds whose operator has no rule, and an error where no path leads from one to the
 * loss or a seed's gradient has another shape than its value. A BatchNormalization of training_mode 1 is differentiated through the
 * statistics of its batch; the running ones that it answers are written back nowhere. A path on which every derivative is zero (Floor, say) gives zeros.
 */
export function backward(graph: GraphBuilder, seeds: readonly Seed[], wanted: readonly Value[]): Map<string, Value> {
  const nodes = [...graph.nodes];
  for (const value of wanted) if (!differentiable.has(value.type)) refuseType(value);
  for (const { of, gradient } of seeds) if (!sameShape(of.shape, gradient.shape)) refuseSeed(of, gradient);
  const gradients = differentiate(graph, nodes, { seeds, wanted });
  const reaching = ancestorsOf(
    nodes,
    seeds.map(({ of }) => of.name),
    (name) => isReal(graph, name),
  );
  return new Map(
    wanted.map((value) => {
      if (!reaching.has(value.name)) unreached(value);
      return [value.name, gradients.get(value.name) ?? graph.zerosOf(fixedShape(value), value.type)];
    }),
  );
}

/** The gradients that are not zero, by name. `nodes` in topological order. */
function differentiate(
  graph: GraphBuilder,
  nodes: readonly NodeProto[],
  { seeds, wanted }: { seeds: readonly Seed[]; wanted: readonly Value[] },
): Map<string, Value> {
  const dependent = dependentsOf(graph, nodes, wanted);
  const contributions = new Map<string, Value[]>();
  const contribute = (name: string, gradient: Value): void => {
    contributions.set(name, [...(contributions.get(name) ?? []), gradient]);
  };
  // Add chains, not Sum: onnxruntime's Sum takes twice as long.
  const total = (name: string): Value | undefined => {
    const parts = contributions.get(name);
    if (!parts) return undefined;
    const sum = parts.reduce((left, right) => graph.add(left, right));
    contributions.set(name, [sum]);
    return sum;
  };
  for (const { of, gradient } of seeds) contribute(of.name, gradient);

  for (const node of [...nodes].reverse()) {
    const reached = node.output.some((name) => dependent.has(name) && contributions.has(name));
    if (!reached || !readsOf(node).some((name) => dependent.has(name))) continue;
    const outputs = node.output.map((name) => graph.find(name));
    try {
      const rule = ruleOf(node);
      refuseOtherNumbers(graph, node, dependent);
      // Nothing flows through a tensor without elements.
      const moving = node.input.map((name) => dependent.has(name) && !isEmpty(graph.value(name)));
      if (!moving.includes(true) || outputs.every((output) => !output || isEmpty(output))) continue;
      const gradients = rule({
        graph,
        node,
        inputs: node.input.map((name) => graph.find(name)),
        outputs,
        gradients: node.output.map((name) => (dependent.has(name) ? total(name) : undefined)),
        needs: (input) => moving[input] === true,
        differentiate: (inner, innerSeeds, innerWanted) =>
          differentiate(graph, inner, { seeds: innerSeeds, wanted: innerWanted }),
      });
      node.input.forEach((name, index) => {
        const gradient = gradients[index];
        if (gradient && moving[index]) contribute(name, gradient);
      });
    } catch (error) {
      throw error instanceof NoGradient
        ? error.advising(node, { upstream: upstreamOf(node, nodes, wanted), wanted })
        : error;
    }
  }
  return new Map(
    wanted.flatMap((value) => {
      const gradient = total(value.name);
      return gradient ? [[value.name, gradient] as const] : [];
    }),
  );
}

function ruleOf(node: NodeProto): GradientRule {
  const standard = node.domain === '' || node.domain === 'ai.onnx';
  const rules: Readonly<Record<string, GradientRule>> = standard ? gradientRules : fusedRules;
  const rule = Object.hasOwn(rules, node.opType) ? rules[node.opType] : undefined;
  if (rule) return rule;
  const control = standard && ['If', 'Loop', 'Scan'].includes(node.opType);
  throw new NoGradient(
    node,
    control
      ? 'expected a graph without branches and loops of unknown length, found one: its inner graph has no gradient.'
      : 'expected an operator with a gradient, found none.',
  );
}

const differentiable: ReadonlySet<ElementType> = new Set(['float32', 'float64']);

function isReal(graph: GraphBuilder, name: string): boolean {
  const value = graph.find(name);
  return value !== undefined && differentiable.has(value.type);
}

const isEmpty = ({ shape }: Value): boolean =>
  shape.every((dim) => typeof dim === 'number') && elementCount(shape as number[]) === 0;

/**
 * Everything a change of `wanted` moves. Choices (positions, comparisons) end the path; numbers of types that have no gradient do not,
 * since they are meant to stand for reals: 16-bit floats, quantised integers, sequences. Meeting one of those is an error.
 */
function dependentsOf(graph: GraphBuilder, nodes: readonly NodeProto[], wanted: readonly Value[]): Set<string> {
  const dependent = new Set(wanted.map(({ name }) => name));
  for (const node of nodes) {
    const moved = readsOf(node).filter((name) => dependent.has(name));
    if (moved.length === 0) continue;
    const quantised = node.opType.includes('QuantizeLinear') || moved.some((name) => !standsForReal(graph, name));
    for (const name of node.output) if (name !== '' && (quantised || standsForReal(graph, name))) dependent.add(name);
  }
  return dependent;
}

const choices: ReadonlySet<ElementType> = new Set<ElementType>([
  'int64',
  'uint64',
  'int32',
  'uint32',
  'int16',
  'uint16',
  'int8',
  'uint8',
  'bool',
]);

function standsForReal(graph: GraphBuilder, name: string): boolean {
  const value = graph.find(name);
  return value === undefined || !choices.has(value.type);
}

/** Throws where a path runs through numbers that have no gradient. */
function refuseOtherNumbers(graph: GraphBuilder, node: NodeProto, dependent: ReadonlySet<string>): void {
  const other = [...node.input, ...node.output].find((name) => dependent.has(name) && !isReal(graph, name));
  if (other === undefined) return;
  const type = graph.find(other)?.type ?? 'a sequence or another type without gradient';
  throw new NoGradient(node, `expected float32 or float64 all the way, found "${other}" of ${type}.`);
}

/** The names and everything that leads to them through values that `follows` admits. */
function ancestorsOf(
  nodes: readonly NodeProto[],
  names: readonly string[],
  follows: (name: string) => boolean = () => true,
): Set<string> {
  const ancestors = new Set(names);
  for (const node of [...nodes].reverse())
    if (node.output.some((name) => ancestors.has(name)))
      for (const name of readsOf(node)) if (follows(name)) ancestors.add(name);
  return ancestors;
}

function upstreamOf(node: NodeProto, nodes: readonly NodeProto[], wanted: readonly Value[]): Value[] {
  const ancestors = ancestorsOf(nodes, readsOf(node));
  return wanted.filter(({ name }) => ancestors.has(name));
}

function unreached({ name }: Value): never {
  throw new Error(
    `Parameter "${name}": expected a path to the loss, found none. Freeze it or use it in the objective.`,
  );
}

function refuseSeed(of: Value, gradient: Value): never {
  throw new Error(
    `Seed of "${of.name}": expected a gradient of shape [${of.shape.join(', ')}], found [${gradient.shape.join(', ')}].`,
  );
}

function refuseType({ name, type }: Value): never {
  throw new Error(
    `Parameter "${name}": expected float32 or float64, found ${type}, which has no gradient. Freeze it; adapters beside it can be trained.`,
  );
}
