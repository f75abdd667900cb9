import { compose, extract, type Model, renamed } from '@graft/engine';

/** Words are rare: the moments of a word's row must forget in fewer steps than it takes to meet the word again. */
export const BETA2 = 0.99;

const BACKBONE = 'backbone.';
const FEATURES = 'image_features';

/** `pixel_values` -> unit vectors: a backbone's features through a projection that reads `features`. */
export const withProjection = (backbone: Model, projection: Model): Model =>
  compose({ model: backbone, prefix: BACKBONE }, { model: projection, prefix: 'space.' }, { [FEATURES]: 'features' });

/** The backbone of what `withProjection` made. */
export function backboneOf(vision: Model): Model {
  const inner = `${BACKBONE}${FEATURES}`;
  return renamed(extract(vision, { inputs: ['pixel_values'], outputs: [inner] }), (name) =>
    name === inner ? FEATURES : name,
  );
}
