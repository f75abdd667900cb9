import type { ExperimentSpec } from '../api/contract.js';

export type Template = { id: string; title: string; description: string; build: (dataset: string, targets: string[]) => ExperimentSpec };

const training = { epochs: 4, batchSize: 128, learningRate: 0.001 };

/** The main job, its two halves, and an empty page. `dataset` is a name; targets are attributes of its newest version. */
export const templates: Template[] = [
  {
    id: 'swap',
    title: 'Encoder swap, end to end',
    description: 'Train a stock and a domain encoder, embed the catalogue once, swap the encoder, and compare native with swapped.',
    build: (dataset, targets) => ({
      name: `${dataset}-encoder-swap`,
      seed: 7,
      steps: [
        { name: 'native', recipe: 'finetune', parameters: { dataset: `dataset:${dataset}`, architecture: {}, objective: { kind: 'classify', targets }, training }, register: { model: 'tagger' } },
        { name: 'domain', recipe: 'finetune', parameters: { dataset: `dataset:${dataset}`, architecture: {}, objective: { kind: 'contrastive', attributes: targets }, training } },
        { name: 'vectors', recipe: 'embed', parameters: { dataset: `dataset:${dataset}`, encoder: 'step:domain', previous: 'snapshot:latest' } },
        { name: 'swap', recipe: 'swap-encoder', parameters: { dataset: `dataset:${dataset}`, base: 'step:native', snapshot: 'step:vectors', targets, projector: { hidden: 256 }, training }, register: { model: 'tagger' } },
        {
          name: 'compare',
          recipe: 'evaluate',
          parameters: {
            dataset: `dataset:${dataset}`,
            targets,
            candidates: [
              { name: 'native', role: 'fine-tuned', bundle: 'step:native' },
              { name: 'swapped', role: 'swapped', bundle: 'step:swap', snapshot: 'step:vectors' },
            ],
          },
        },
      ],
    }),
  },
  {
    id: 'finetune',
    title: 'Fine-tune a model',
    description: 'Train a vision encoder and a head on your labels, and register the result as a model version.',
    build: (dataset, targets) => ({
      name: `${dataset}-finetune`,
      seed: 7,
      steps: [{ name: 'train', recipe: 'finetune', parameters: { dataset: `dataset:${dataset}`, architecture: {}, objective: { kind: 'classify', targets }, training }, register: { model: 'tagger' } }],
    }),
  },
  {
    id: 'embed',
    title: 'Refresh the vectors',
    description: 'Embed a dataset again after an import: only the items whose pictures changed are encoded.',
    build: (dataset) => ({
      name: `${dataset}-vectors`,
      seed: 7,
      steps: [{ name: 'vectors', recipe: 'embed', parameters: { dataset: `dataset:${dataset}`, encoder: '', previous: 'snapshot:latest' } }],
    }),
  },
  { id: 'blank', title: 'Start from nothing', description: 'Add steps one by one.', build: () => ({ name: 'experiment', seed: 7, steps: [] }) },
];
