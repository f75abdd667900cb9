import {
  constantInitial,
  contrastive,
  float32,
  type GraphBuilder,
  int64,
  learnedScale,
  type Loss,
  matryoshka,
  sigmoidPairs,
  similarity,
  softmaxCrossEntropy,
  type TrainableModel,
  type Value,
} from '@graft/engine';
import type { TextEncoding } from '@graft/protocol';
import { type LabelVocabulary, NO_LABEL } from '@graft/runner';
import type { DualObjective } from './dual-signals.js';
import { feedsOfTexts } from './text-feeds.js';

/** Of each shorter prefix, against 1 for the whole vector. */
const PREFIX_WEIGHT = 0.25;
/** Where SigLIP's bias starts: most pairs do not belong together (Zhai et al., 2023). */
const SIGLIP_BIAS = -10;
/** What cosines with the texts of attribute values are divided by before training moves it. */
const VALUE_TEMPERATURE = 0.05;
const VALUE_LABEL_SMOOTHING = 0.05;

interface TextTowerInGraph {
  readonly encoder: TrainableModel;
  readonly encoding: TextEncoding;
}

/** Vectors of the batch's texts, f32 [count, dim]. */
export async function textVectors(
  g: GraphBuilder,
  { encoder, encoding }: TextTowerInGraph,
  count: number,
): Promise<Value> {
  const shape = [count, encoding.length];
  const inputs = {
    token_ids: g.input('texts.ids', 'int64', shape),
    token_weights: g.input('texts.weights', 'float32', shape),
  };
  return (await encoder.apply(g, inputs, ['text_features'])).text_features;
}

/** Pictures against texts, f32 [rows, dim] each: for the whole vectors and for each shorter prefix of them. */
export function textLoss(g: GraphBuilder, vectors: readonly [Value, Value], objective: DualObjective): Loss {
  const { dim, temperature, text } = objective;
  const logScale = learnedScale(g, 'texts.logScale', { temperature });
  const pairs = text.loss === 'siglip' ? sigmoidLoss(g, vectors, logScale) : softmaxLoss(g, vectors, logScale);
  const prefixes = [...text.matryoshka.map((length) => ({ length, weight: PREFIX_WEIGHT })), { length: dim }];
  return matryoshka(g, vectors, prefixes, ([a, b], length) =>
    pairs(length === dim ? [a!, b!] : [g.normalize(a!, 1e-6), g.normalize(b!, 1e-6)]),
  );
}

type PairLoss = (vectors: readonly [Value, Value]) => Loss;

function softmaxLoss(g: GraphBuilder, [pictures]: readonly [Value, Value], logScale: Value): PairLoss {
  const rows = Number(pictures.shape[0]);
  const targets = g.input('texts.rows', 'float32', [rows, rows]);
  const columnTargets = g.input('texts.columns', 'float32', [rows, rows]);
  return (vectors) => contrastive(g, similarity(g, vectors, { logScale }), { targets, columnTargets });
}

function sigmoidLoss(g: GraphBuilder, [pictures]: readonly [Value, Value], logScale: Value): PairLoss {
  const rows = Number(pictures.shape[0]);
  const matches = g.input('texts.matches', 'float32', [rows, rows]);
  const bias = g.parameter('texts.bias', [1], constantInitial(SIGLIP_BIAS));
  return (vectors) => sigmoidPairs(g, similarity(g, vectors, { logScale, bias }), matches);
}

/** One cross-entropy for each attribute, over the cosines with the texts of its values: the text tower writes the classifier. */
export async function valueLosses(
  g: GraphBuilder,
  { encoder, encoding }: TextTowerInGraph,
  vectors: Value,
  labels: LabelVocabulary,
): Promise<Record<string, Loss>> {
  const attributes = Object.entries(labels);
  if (attributes.length === 0) return {};
  const values = attributes.flatMap(([, known]) => known);
  const { ids, weights } = feedsOfTexts(values, encoding);
  const shape = [values.length, encoding.length];
  const { text_features: classes } = await encoder.apply(
    g,
    { token_ids: g.constant(int64(shape, ids)), token_weights: g.constant(float32(shape, weights)) },
    ['text_features'],
  );
  const logScale = learnedScale(g, 'values.logScale', { temperature: VALUE_TEMPERATURE });
  const logits = g.split(
    similarity(g, [vectors, classes], { logScale }),
    attributes.map(([, known]) => known.length),
    1,
  );
  const rows = Number(vectors.shape[0]);
  const losses = attributes.map(([attribute], at) => {
    const targets = g.input(`labels.${attribute}`, 'int64', [rows]);
    const options = { ignoreIndex: NO_LABEL, labelSmoothing: VALUE_LABEL_SMOOTHING };
    return [`value/${attribute}`, softmaxCrossEntropy(g, logits[at]!, targets, options)] as const;
  });
  return Object.fromEntries(losses);
}

/** The first half of a batch holds items, the second half those that the same people engaged with. */
export function neighbourLoss(g: GraphBuilder, vectors: Value, temperature: number): Loss {
  const pairs = Number(vectors.shape[0]) / 2;
  const [anchors, partners] = g.split(vectors, [pairs, pairs], 0) as [Value, Value];
  return contrastive(g, similarity(g, [anchors, partners], { temperature }), {
    targets: g.input('pairs.rows', 'float32', [pairs, pairs]),
    columnTargets: g.input('pairs.columns', 'float32', [pairs, pairs]),
  });
}
