import type { GraphBuilder } from '../graph/builder.js';
import { fixedShape, type Value } from '../graph/graph.js';
import { int64 } from '../tensors/tensor.js';
import { softmaxCrossEntropy, type CrossEntropyOptions } from './cross-entropy.js';
import type { Loss } from './loss.js';

export interface LanguageModelOptions extends Pick<CrossEntropyOptions, 'labelSmoothing' | 'ignoreIndex'> {
  /** f32 [batch, time]: how much predicting each token counts (0 for prompts and padding). The first token is never predicted. */
  readonly mask?: Value;
}

/**
 * Next-token cross-entropy (Bengio et al., 2003): `logits` f32 [batch, time, vocabulary] at one position are compared with the
 * token at the next of `tokens` int64 [batch, time]. The last position counts for nothing. The mean is over tokens that count.
 */
export function languageModelLoss(
  graph: GraphBuilder,
  logits: Value,
  tokens: Value,
  { mask, ...options }: LanguageModelOptions = {},
): Loss {
  const [batch, time, vocabulary] = fixedShape(logits) as [number, number, number];
  const fits = (value: Value): boolean => value.shape.join() === `${batch},${time}`;
  if (logits.shape.length !== 3 || !fits(tokens) || (mask && !fits(mask)))
    throw new Error(
      `Language model loss: expected logits [batch, time, vocabulary], tokens and mask [batch, time], found ${[logits, tokens, ...(mask ? [mask] : [])].map(({ shape }) => `[${shape.join(', ')}]`).join(', ')}.`,
    );
  // The targets are shifted, not the logits: those are many times larger, and this way nothing of them is copied.
  const shifted = (values: Value, last: Value): Value =>
    graph.reshape(graph.concat([graph.slice(values, { axis: 1, from: 1, to: time }), last], 1), [batch * time]);
  const targets = shifted(tokens, graph.constant(int64([batch, 1], Array<number>(batch).fill(0))));
  const counted = mask ?? graph.filled([batch, time], 1);
  const rowWeights = shifted(counted, graph.filled([batch, 1], 0));
  const flat = graph.reshape(logits, [batch * time, vocabulary]);
  return softmaxCrossEntropy(graph, flat, targets, { ...options, rowWeights });
}
