import type { AttributeValue } from '../proto/messages.js';
import type { GradientCase } from '../testing/finite-differences.js';
import { describeGradients } from '../testing/gradient-cases.js';
import { recurrentRules } from './recurrent.js';

const [steps, batch, inputs, size] = [3, 2, 2, 2];

/** All steps and the last state(s), with bias and first state. */
const recurrent = (
  opType: 'RNN' | 'GRU' | 'LSTM',
  {
    directions = 1,
    lengths,
    attributes = {},
  }: { directions?: number; lengths?: readonly number[]; attributes?: Readonly<Record<string, AttributeValue>> } = {},
): GradientCase => {
  const gates = { RNN: 1, GRU: 3, LSTM: 4 }[opType];
  const state = [directions, batch, size];
  const ends = opType === 'LSTM' ? [state, state] : [state];
  return {
    shapes: [
      [steps, batch, inputs],
      [directions, gates * size, inputs],
      [directions, gates * size, size],
      [directions, 2 * gates * size],
      ...ends,
      ...(opType === 'LSTM' ? [[directions, 3 * size]] : []),
    ],
    build: (g, ...args) => {
      const [x, weight, recurrence, bias, ...rest] = args;
      const [all, ...last] = g.emit({
        opType,
        inputs: [
          x,
          weight,
          recurrence,
          bias,
          lengths && g.constant({ type: 'int32', shape: [batch], data: Int32Array.from(lengths) }),
          ...rest,
        ],
        outputs: [[steps, directions, batch, size], ...ends].map((shape) => ({ type: 'float32', shape })),
        attributes: { hidden_size: size, ...attributes },
      });
      return last.reduce((sum, end) => g.add(sum, end), all!);
    },
  };
};

describeGradients(recurrentRules, {
  RNN: {
    forward: recurrent('RNN'),
    'in both directions': recurrent('RNN', { directions: 2, attributes: { direction: 'bidirectional' } }),
  },
  GRU: {
    backwards: recurrent('GRU', { attributes: { direction: 'reverse' } }),
    'with the reset behind': recurrent('GRU', { attributes: { linear_before_reset: 1 } }),
    'of sequences of two lengths': recurrent('GRU', { lengths: [3, 2] }),
  },
  LSTM: {
    forward: recurrent('LSTM'),
    'in both directions, of two lengths': recurrent('LSTM', {
      directions: 2,
      lengths: [2, 3],
      attributes: { direction: 'bidirectional' },
    }),
  },
});
