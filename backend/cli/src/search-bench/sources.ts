import type { Schemas } from '../api.js';
import { jobSources, type JobDataset } from '../main-job/sources.js';

type Architecture = NonNullable<
  Schemas['ExperimentSpec']['steps'][number] & { recipe: 'finetune' }
>['parameters']['architecture'];

/** What searches are measured on: a catalogue, and an encoder that is trained for a minute or two so that there are vectors to search. */
export interface SearchSource {
  readonly name: string;
  readonly needs: string | null;
  readonly dataset: JobDataset;
  readonly architecture: Architecture;
  /** Attributes that say which items are alike. */
  readonly attributes: string[];
  readonly dim: number;
  readonly epochs: number;
  readonly batchSize: number;
  /** Questions whose answers are measured. */
  readonly pictures: number;
}

const fashion = jobSources['fashion-product-images']!;
const small = jobSources['small']!;

export const searchSources: Record<string, SearchSource> = Object.fromEntries(
  [
    {
      name: fashion.name,
      needs: fashion.needs,
      dataset: fashion.own,
      architecture: { width: 60, height: 80, patch: 20, dim: 96, depth: 2, heads: 4 },
      attributes: ['articleType', 'baseColour', 'subCategory', 'usage'],
      dim: 128,
      // One short pass: the figures are of the search, not of what the encoder has learned.
      epochs: 1,
      batchSize: 128,
      pictures: 300,
    },
    {
      name: small.name,
      needs: null,
      dataset: small.own,
      architecture: { width: 32, height: 32, patch: 8, dim: 32, depth: 1, heads: 2 },
      attributes: ['category', 'style', 'colour', 'pattern'],
      dim: 32,
      epochs: 3,
      batchSize: 32,
      pictures: 20,
    },
  ].map((source) => [source.name, source]),
);
