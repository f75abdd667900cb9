import { GraphBuilder, loadModel, type Model } from '@graft/engine';
import { type Bundle, componentOf, graphPath, InputInvalid, type LabelVocabulary } from '@graft/runner';

/** The base's head where it answers the labels of `labels`, a new one otherwise. */
export async function startingHead(base: Bundle, labels: LabelVocabulary, seed: number): Promise<Model> {
  const component = componentOf(base, 'head');
  if (JSON.stringify(base.manifest.labels) === JSON.stringify(labels)) return loadModel(graphPath(base, component));
  return buildHead(headWidth(base), labels, seed);
}

/** Width of the `image_features` that the base's head reads. */
export function headWidth(base: Bundle): number {
  const width = componentOf(base, 'head').inputs.find(({ name }) => name === 'image_features')?.shape[1];
  if (typeof width !== 'number')
    throw new InputInvalid('base: expected a head that reads image_features [n, width] with a fixed width.');
  return width;
}

/** One linear layer per target: `image_features` f32 [n, width] -> `logits.<target>` f32 [n, classes]. */
function buildHead(width: number, labels: LabelVocabulary, seed: number): Model {
  const g = new GraphBuilder({ seed });
  const features = g.input('image_features', 'float32', ['n', width]);
  return g.toModel(
    Object.fromEntries(
      Object.entries(labels).map(([target, classes]) => [
        `logits.${target}`,
        g.linear(features, target, classes.length),
      ]),
    ),
  );
}
