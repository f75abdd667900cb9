import { z } from 'zod';
import type { RecipeListDto } from './dto/recipes.dto.js';
import { recipeOutputs, recipeParameters, recipes, type Recipe } from './experiment-spec.js';

const words: Record<Recipe, { title: string; description: string }> = {
  finetune: {
    title: 'Fine-tune',
    description:
      'Trains a vision encoder with a head that predicts attributes, or a domain encoder whose vectors say which items belong together.',
  },
  embed: {
    title: 'Embed',
    description:
      'Computes one vector for every item of a dataset, once, offline. Unchanged pictures keep the vector they have.',
  },
  'swap-encoder': {
    title: 'Swap the encoder',
    description:
      "Replaces a bundle's vision encoder by a projector that reads stored vectors, and trains projector and head.",
  },
  evaluate: {
    title: 'Evaluate',
    description:
      'Compares bundles on the same held-out items: accuracy with intervals and paired tests, latency and cost by images per request.',
  },
  'inspect-space': {
    title: 'Inspect a space',
    description:
      'Shows what stored vectors look like: nearest neighbours, a map, how often neighbours agree; and what changed against another snapshot.',
  },
};

const architecture = { width: 48, height: 48, patch: 8, dim: 128, depth: 4, heads: 4 };
const classify = (...targets: string[]) => ({ kind: 'classify', targets });

const templates: RecipeListDto['templates'] = [
  {
    name: 'encoder-swap',
    title: 'Encoder swap, from stock to comparison',
    description:
      'The whole main job: a stock bundle, the same fine-tuned, a domain encoder with stored vectors, the swapped bundle, and all of them compared.',
    spec: {
      name: 'encoder-swap',
      seed: 7,
      steps: [
        {
          name: 'stock',
          recipe: 'finetune',
          parameters: { dataset: 'dataset:GENERIC', architecture, objective: classify('TARGET') },
        },
        {
          name: 'native',
          recipe: 'finetune',
          parameters: { dataset: 'dataset:DATASET', base: 'step:stock', objective: classify('TARGET') },
          register: { model: 'tagger' },
        },
        {
          name: 'domain',
          recipe: 'finetune',
          parameters: {
            dataset: 'dataset:DATASET',
            architecture,
            objective: { kind: 'contrastive', attributes: ['TARGET'] },
          },
        },
        {
          name: 'vectors',
          recipe: 'embed',
          parameters: { dataset: 'dataset:DATASET', encoder: 'step:domain', previous: 'snapshot:latest' },
        },
        {
          name: 'swapped',
          recipe: 'swap-encoder',
          parameters: {
            dataset: 'dataset:DATASET',
            base: 'step:native',
            snapshot: 'step:vectors',
            targets: ['TARGET'],
          },
          register: { model: 'tagger' },
        },
        {
          name: 'comparison',
          recipe: 'evaluate',
          parameters: {
            dataset: 'dataset:DATASET',
            targets: ['TARGET'],
            candidates: [
              { name: 'stock', role: 'stock', bundle: 'step:stock', head: 'class-means' },
              { name: 'native', role: 'fine-tuned', bundle: 'step:native' },
              { name: 'swapped', role: 'swapped', bundle: 'step:swapped', snapshot: 'step:vectors' },
            ],
          },
        },
      ],
    },
  },
  {
    name: 'classifier',
    title: 'Train and evaluate a classifier',
    description: 'A vision encoder with a head for one attribute, trained from scratch and measured on held-out items.',
    spec: {
      name: 'classifier',
      steps: [
        {
          name: 'train',
          recipe: 'finetune',
          parameters: { dataset: 'dataset:DATASET', architecture, objective: classify('TARGET') },
          register: { model: 'classifier' },
        },
        {
          name: 'evaluation',
          recipe: 'evaluate',
          parameters: {
            dataset: 'dataset:DATASET',
            targets: ['TARGET'],
            candidates: [{ name: 'trained', role: 'fine-tuned', bundle: 'step:train' }],
          },
        },
      ],
    },
  },
  {
    name: 'refresh-vectors',
    title: 'Refresh stored vectors',
    description:
      'Encodes what changed in the catalogue since the live snapshot, with the encoder of a model that is registered.',
    spec: {
      name: 'refresh-vectors',
      steps: [
        {
          name: 'vectors',
          recipe: 'embed',
          parameters: { dataset: 'dataset:DATASET', encoder: 'model:MODEL@1', previous: 'snapshot:latest' },
        },
      ],
    },
  },
  {
    name: 'inspect-space',
    title: 'Look at a space',
    description:
      'Nearest neighbours, a map and agreement of the vectors that are live; name two snapshots to compare them.',
    spec: {
      name: 'inspect-space',
      steps: [
        {
          name: 'look',
          recipe: 'inspect-space',
          parameters: { dataset: 'dataset:DATASET', snapshot: 'snapshot:latest' },
        },
      ],
    },
  },
];

export const recipeCatalogue: RecipeListDto = {
  items: recipes.map((recipe) => ({
    recipe,
    ...words[recipe],
    produces: recipeOutputs[recipe],
    schema: z.toJSONSchema(recipeParameters[recipe], { io: 'input' }) as Record<string, unknown>,
  })),
  total: recipes.length,
  templates,
};
