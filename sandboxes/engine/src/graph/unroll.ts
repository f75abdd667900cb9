import { create } from '@bufbuild/protobuf';
import {
  AttributeProto_AttributeType,
  AttributeProtoSchema,
  NodeProtoSchema,
  type GraphProto,
  type NodeProto,
  type TensorProto,
} from '../proto/onnx.gen.js';
import { copyOf, intAttribute, intsAttribute, node as nodeOf, tensorProto } from '../proto/messages.js';
import type { Model } from '../model/model.js';
import { renamedNode } from '../model/surgery.js';
import { nestedGraphs } from '../model/walk.js';
import { int64 } from '../tensors/tensor.js';
import type { KnownValue } from './inferred-values.js';

/** Above this many nodes a loop stays one: nobody would want to wait for the session. */
const MAX_NODES = 50_000;

/** What a Scan and a Loop of a known number of steps have in common. */
interface Steps {
  readonly count: number;
  readonly body: GraphProto;
  /** Values that go from step to step: where they come from, what the body calls them, what it answers, and their last value. */
  readonly states: readonly { first: string; input: string; output: string; last: string | undefined }[];
  /** Values read one slice at a time. */
  readonly sliced: readonly { from: string; input: string; axis: number; backwards: boolean }[];
  /** Slices put together. */
  readonly collected: readonly { output: string; whole: string | undefined; axis: number; backwards: boolean }[];
  /** What the body calls the number of the step. */
  readonly counter: string | undefined;
  /** What the body calls the flag to go on, which is always set. */
  readonly condition: string | undefined;
}

/**
 * The same function with every Scan, and every Loop whose number of steps is a constant, written out step by step; others stay. Sizes
 * must be known.
 */
export function unrolled(model: Model, known: ReadonlyMap<string, KnownValue>): Model {
  const node = model.graph.node.flatMap((candidate) => {
    const steps = stepsOf(candidate, { model, known });
    return steps && steps.count > 0 && steps.count * steps.body.node.length <= MAX_NODES
      ? writtenOut(steps, `${candidate.output.join('+')}/`)
      : [candidate];
  });
  return model.withGraph(copyOf(model.graph, { node }), model.initializers);
}

export const hasLoops = (model: Model): boolean =>
  model.graph.node.some(({ opType }) => opType === 'Scan' || opType === 'Loop');

interface Surroundings {
  readonly model: Model;
  readonly known: ReadonlyMap<string, KnownValue>;
}

function stepsOf(node: NodeProto, surroundings: Surroundings): Steps | undefined {
  if (node.domain !== '' && node.domain !== 'ai.onnx') return undefined;
  if (node.opType === 'Scan') return scanSteps(node, surroundings);
  return node.opType === 'Loop' ? loopSteps(node, surroundings) : undefined;
}

function scanSteps(node: NodeProto, { known }: Surroundings): Steps | undefined {
  const body = nestedGraphs(node)[0]!;
  const slices = intAttribute(node, 'num_scan_inputs', 0);
  const carried = node.input.length - slices;
  const ofSlice = (name: string, index: number) => intsAttribute(node, name)?.[index] ?? 0;
  const rank = (name: string) => known.get(name)?.shape.length ?? 0;
  const sliced = node.input.slice(carried).map((from, index) => ({
    from,
    input: body.input[carried + index]!.name,
    axis: (ofSlice('scan_input_axes', index) + rank(from)) % Math.max(1, rank(from)),
    backwards: ofSlice('scan_input_directions', index) === 1,
  }));
  const count = known.get(sliced[0]?.from ?? '')?.shape[sliced[0]!.axis];
  if (typeof count !== 'number') return undefined;
  return {
    count,
    body,
    states: statesOf(body, { first: node.input.slice(0, carried), last: node.output, inputs: 0, outputs: 0 }),
    sliced,
    collected: body.output.slice(carried).map(({ name }, index) => ({
      output: name,
      whole: node.output[carried + index],
      axis: ofSlice('scan_output_axes', index),
      backwards: ofSlice('scan_output_directions', index) === 1,
    })),
    counter: undefined,
    condition: undefined,
  };
}

function loopSteps(node: NodeProto, { model }: Surroundings): Steps | undefined {
  const body = nestedGraphs(node)[0]!;
  const count = model.initializers.get(node.input[0] ?? '')?.data[0];
  const start = node.input[1] ?? '';
  const starts = start === '' || Number(model.initializers.get(start)?.data[0] ?? 0) === 1;
  if (count === undefined || !starts || !goesOn(body)) return undefined;
  const first = node.input.slice(2);
  return {
    count: Number(count),
    body,
    states: statesOf(body, { first, last: node.output, inputs: 2, outputs: 1 }),
    sliced: [],
    collected: body.output.slice(1 + first.length).map(({ name }, index) => ({
      output: name,
      whole: node.output[first.length + index],
      axis: 0,
      backwards: false,
    })),
    counter: body.input[0]!.name,
    condition: body.input[1]!.name,
  };
}

const statesOf = (
  body: GraphProto,
  {
    first,
    last,
    inputs,
    outputs,
  }: { first: readonly string[]; last: readonly string[]; inputs: number; outputs: number },
): Steps['states'] =>
  first.map((name, index) => ({
    first: name,
    input: body.input[inputs + index]!.name,
    output: body.output[outputs + index]!.name,
    last: last[index],
  }));

/** Whether the body hands its flag on as it got it. */
function goesOn(body: GraphProto): boolean {
  const flag = body.output[0]!.name;
  const maker = body.node.find(({ output }) => output.includes(flag));
  const from = maker?.opType === 'Identity' ? maker.input[0] : flag;
  return from === body.input[1]!.name;
}

function writtenOut(steps: Steps, prefix: string): NodeProto[] {
  const { body, count } = steps;
  const shared = new Map(body.initializer.map(({ name }) => [name, `${prefix}${name}`]));
  const nodes = body.initializer.map((tensor) => constant(shared.get(tensor.name)!, tensor));
  const emit = (opType: string, input: string[], output: string, attributes: Record<string, number> = {}): string => {
    nodes.push(nodeOf({ opType, input, output: [output], attributes }));
    return output;
  };
  const number = (name: string, value: number, shape: readonly number[] = []): string => {
    nodes.push(constant(name, tensorProto('', int64(shape, [value]))));
    return name;
  };
  const slices = steps.collected.map(() => [] as string[]);
  let current = steps.states.map(({ first }) => first);
  for (let step = 0; step < count; step += 1) {
    const own = `${prefix}${step}/`;
    const names = new Map(shared);
    for (const [index, { input }] of steps.states.entries()) names.set(input, current[index]!);
    if (steps.counter !== undefined) names.set(steps.counter, number(`${own}step`, step));
    if (steps.condition !== undefined) {
      const flag = { type: 'bool' as const, shape: [], data: Uint8Array.of(1) };
      nodes.push(constant(`${own}goes on`, tensorProto('', flag)));
      names.set(steps.condition, `${own}goes on`);
    }
    for (const { from, input, axis, backwards } of steps.sliced) {
      const at = number(`${own}${input} at`, backwards ? count - 1 - step : step);
      names.set(input, emit('Gather', [from, at], `${own}${input}`, { axis }));
    }
    for (const name of body.node.flatMap(({ output }) => output)) names.set(name, `${own}${name}`);
    nodes.push(
      ...body.node.map((inner) =>
        copyOf(
          renamedNode(inner, (name) => names.get(name) ?? name),
          { name: inner.name && `${own}${inner.name}` },
        ),
      ),
    );
    current = steps.states.map(({ output }) => names.get(output) ?? output);
    for (const [index, { output, axis, backwards }] of steps.collected.entries()) {
      const axes = number(`${own}${output} axis ${index}`, axis, [1]);
      const slice = emit('Unsqueeze', [names.get(output) ?? output, axes], `${own}${output} slice ${index}`);
      if (backwards) slices[index]!.unshift(slice);
      else slices[index]!.push(slice);
    }
  }
  for (const [index, { last }] of steps.states.entries()) if (last) emit('Identity', [current[index]!], last);
  for (const [index, { whole, axis }] of steps.collected.entries())
    if (whole) emit('Concat', slices[index]!, whole, { axis });
  return nodes;
}

function constant(output: string, tensor: TensorProto): NodeProto {
  const value = create(AttributeProtoSchema, {
    name: 'value',
    type: AttributeProto_AttributeType.TENSOR,
    t: copyOf(tensor, { name: '' }),
  });
  return create(NodeProtoSchema, { name: output, opType: 'Constant', output: [output], attribute: [value] });
}
