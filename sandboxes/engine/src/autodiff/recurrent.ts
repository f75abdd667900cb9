import { floatAttribute, intAttribute, stringAttribute } from '../proto/messages.js';
import type { GraphBuilder } from '../graph/builder.js';
import { fixedShape, type Value } from '../graph/graph.js';
import { emitted } from './emit.js';
import { NoGradient, rewritingRule, type Differentiation, type GradientRule } from './rule.js';

/** The weights of one direction; `bias` has the input's first, then the state's. */
interface Direction {
  readonly graph: GraphBuilder;
  readonly node: Differentiation['node'];
  readonly weight: Value;
  readonly recurrence: Value;
  readonly bias: Value | undefined;
  readonly peepholes: Value | undefined;
  readonly size: number;
}

interface State {
  readonly hidden: Value;
  /** LSTM only. */
  readonly cell: Value | undefined;
}

/** One step: `input` is x times the input weights, all gates in a row. */
type Cell = (direction: Direction, input: Value, state: State) => State;

/** A slice of the leading axis, gates being stacked there. */
const gate = (graph: GraphBuilder, x: Value, { index, size }: { index: number; size: number }): Value =>
  graph.slice(x, { axis: x.shape.length - 1, from: index * size, to: (index + 1) * size });

const recurrent = ({ graph, recurrence }: Direction, hidden: Value): Value =>
  graph.matMul(hidden, graph.transpose(recurrence, [1, 0]));

const rnn: Cell = (direction, input, { hidden }) => ({
  hidden: direction.graph.tanh(direction.graph.add(input, recurrent(direction, hidden))),
  cell: undefined,
});

/** Gates: update, reset, hidden. */
const gru: Cell = (direction, input, { hidden }) => {
  const { graph, node, bias, recurrence, size } = direction;
  const part = (x: Value, index: number) => gate(graph, x, { index, size });
  const state = recurrent(direction, hidden);
  const [update, reset] = [0, 1].map((index) => graph.sigmoid(graph.add(part(input, index), part(state, index))));
  // The state's bias of the hidden gate lies in `input` unless the reset gate comes after it.
  const after = intAttribute(node, 'linear_before_reset', 0) === 1;
  const own = bias && gate(graph, bias, { index: 5, size });
  const hiddenWeights = graph.slice(recurrence, { axis: 0, from: 2 * size, to: 3 * size });
  const candidate = after
    ? graph.mul(reset!, own ? graph.add(part(state, 2), own) : part(state, 2))
    : graph.matMul(graph.mul(reset!, hidden), graph.transpose(hiddenWeights, [1, 0]));
  const proposed = graph.tanh(graph.add(part(input, 2), candidate));
  return { hidden: graph.add(proposed, graph.mul(update!, graph.sub(hidden, proposed))), cell: undefined };
};

/** Gates: input, output, forget, cell; peepholes from the cell to input, output, forget. */
const lstm: Cell = (direction, input, { hidden, cell }) => {
  const { graph, peepholes, size } = direction;
  const all = graph.add(input, recurrent(direction, hidden));
  const opened = (index: number, seen: Value): Value => {
    const x = gate(graph, all, { index, size });
    return graph.sigmoid(peepholes ? graph.add(x, graph.mul(gate(graph, peepholes, { index, size }), seen)) : x);
  };
  const proposed = graph.tanh(gate(graph, all, { index: 3, size }));
  const next = graph.add(graph.mul(opened(2, cell!), cell!), graph.mul(opened(0, cell!), proposed));
  return { hidden: graph.mul(opened(1, next), graph.tanh(next)), cell: next };
};

const cells = { RNN: { cell: rnn, gates: 1 }, GRU: { cell: gru, gates: 3 }, LSTM: { cell: lstm, gates: 4 } } as const;

function refuseVariants({ node }: Differentiation): void {
  const given = node.attribute
    .find(({ name }) => name === 'activations')
    ?.strings.map((word) => new TextDecoder().decode(word));
  const usual = { RNN: 'Tanh', GRU: 'Sigmoid,Tanh', LSTM: 'Sigmoid,Tanh,Tanh' }[node.opType];
  const asUsual = !given || new RegExp(`^(${usual},?)+$`).test(given.join(','));
  if (!asUsual) throw new NoGradient(node, `expected activations ${usual}, found ${given.join(',')}.`);
  if (floatAttribute(node, 'clip', 0) !== 0) throw new NoGradient(node, 'expected no clip, found one.');
  if (intAttribute(node, 'input_forget', 0) !== 0 || intAttribute(node, 'layout', 0) !== 0)
    throw new NoGradient(node, 'expected layout 0 and input_forget 0, found another.');
}

/** Every step written out; steps behind the end of a sequence keep the state and answer zeros. */
function unrolled(of: Differentiation): (Value | undefined)[] {
  refuseVariants(of);
  const { graph, node, inputs } = of;
  const { cell, gates } = cells[node.opType as keyof typeof cells];
  const [x, weights, recurrences, biases, lengths, firstHidden, firstCell, peepholes] = inputs;
  const [steps, batch] = fixedShape(x!) as [number, number, number];
  const [directions, stacked] = fixedShape(weights!) as [number, number, number];
  const size = stacked / gates;
  const turn = stringAttribute(node, 'direction', 'forward');
  const reversed = (sequence: Value): Value => {
    const all =
      lengths ?? graph.constant({ type: 'int64', shape: [batch], data: new BigInt64Array(batch).fill(BigInt(steps)) });
    const attributes = { time_axis: 0, batch_axis: 1 };
    return emitted(graph, 'ReverseSequence', {
      inputs: [sequence, graph.cast(all, 'int64')],
      like: sequence,
      attributes,
    });
  };
  const results = Array.from({ length: directions }, (_, index) => {
    const own = (all: Value): Value =>
      graph.reshape(graph.slice(all, { axis: 0, from: index, to: index + 1 }), all.shape.slice(1));
    const start = (first: Value | undefined): Value => (first ? own(first) : graph.zerosOf([batch, size], x!.type));
    const bias = biases && own(biases);
    const direction: Direction = {
      graph,
      node,
      size,
      bias,
      weight: own(weights!),
      recurrence: own(recurrences!),
      peepholes: peepholes && own(peepholes),
    };
    const backwards = turn === 'reverse' || index === 1;
    const projected = withBias(
      direction,
      graph.matMul(backwards ? reversed(x!) : x!, graph.transpose(direction.weight, [1, 0])),
      gates,
    );
    let state: State = { hidden: start(firstHidden), cell: node.opType === 'LSTM' ? start(firstCell) : undefined };
    const answers: Value[] = [];
    for (let step = 0; step < steps; step += 1) {
      const input = graph.reshape(graph.slice(projected, { axis: 0, from: step, to: step + 1 }), [batch, stacked]);
      const next = cell(direction, input, state);
      const running = lengths && graph.reshape(graph.greater(graph.cast(lengths, 'int64'), step), [batch, 1]);
      state = running
        ? {
            hidden: graph.where(running, next.hidden, state.hidden),
            cell: next.cell && graph.where(running, next.cell, state.cell!),
          }
        : next;
      answers.push(graph.unsqueeze(running ? graph.where(running, next.hidden, 0) : next.hidden, 0));
    }
    const answer = graph.concat(answers, 0);
    return { answer: graph.unsqueeze(backwards ? reversed(answer) : answer, 1), state };
  });
  const ends = (of: (state: State) => Value | undefined): Value | undefined => {
    const all = results.flatMap(({ state }) => of(state) ?? []);
    return all.length === 0
      ? undefined
      : graph.concat(
          all.map((end) => graph.unsqueeze(end, 0)),
          0,
        );
  };
  return [
    graph.concat(
      results.map(({ answer }) => answer),
      1,
    ),
    ends(({ hidden }) => hidden),
    ends(({ cell: last }) => last),
  ];
}

/** Both biases are added at once, but for the state's one behind the reset gate of a GRU. */
function withBias({ graph, node, bias, size }: Direction, projected: Value, gates: number): Value {
  if (!bias) return projected;
  const half = (index: number): Value => gate(graph, bias, { index, size: gates * size });
  const apart = node.opType === 'GRU' && intAttribute(node, 'linear_before_reset', 0) === 1;
  const own = apart ? graph.pad(graph.slice(half(1), { axis: 0, from: 0, to: 2 * size }), [0, size]) : half(1);
  return graph.add(projected, graph.add(half(0), own));
}

const unrolling = rewritingRule(unrolled);

export const recurrentRules = { RNN: unrolling, GRU: unrolling, LSTM: unrolling } satisfies Record<
  string,
  GradientRule
>;
