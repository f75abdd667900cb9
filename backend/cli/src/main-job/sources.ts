import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { type CataloguePlan, demoPlan, renderCatalogue, renderGeneric, smallPlan } from '../catalogue/catalogue.js';
import { environment } from '../environment.js';
import { defaultColumns, type ImportRequest } from '../import/plan.js';

export type Hear = (done: number) => void;

export interface JobDataset {
  name: string;
  description: string;
  /** Pictures to render before it can be imported; 0 where they exist already. */
  pictures: number;
  /** Makes the folder where needed and says how to import it. */
  prepare(onPicture: Hear): Promise<ImportRequest>;
}

/** What the main job runs on. */
export interface JobSource {
  name: string;
  /** A file without which the job cannot run to its end; null where Graft renders everything itself. */
  needs: string | null;
  experiment: string;
  /** Everybody's pictures, for the stock model, and the team's own. */
  generic: JobDataset;
  own: JobDataset;
  /** Name of the model whose versions compete, of the encoder's model, and of the endpoint. */
  model: string;
  encoder: string;
  endpoint: string;
}

const folderOf = (name: string): string => join(environment.home, 'demo', name);
const whole = (source: string): ImportRequest => ({ source, columns: defaultColumns, missingSplit: 'refuse' });

const renderedGeneric = (plan: CataloguePlan): JobDataset => ({
  name: 'generic',
  description: 'Generic studio pictures rendered by Graft: what the stock model has seen',
  pictures: plan.generic,
  prepare: async (onPicture) => whole((await renderGeneric(folderOf('generic'), plan, onPicture)).folder),
});

/** The main job on the catalogue that Graft renders itself, at the size of `plan`. */
const rendered = (name: string, plan: CataloguePlan): JobSource => ({
  name,
  needs: null,
  experiment: join(environment.experimentsFolder, `${name}.yaml`),
  generic: renderedGeneric(plan),
  own: {
    name: 'catalogue',
    description:
      'The built-in catalogue: product pictures rendered by Graft, with titles, attributes and simulated co-engagement',
    pictures: plan.products,
    prepare: async (onPicture) => whole((await renderCatalogue(folderOf('catalogue'), plan, onPicture)).folder),
  },
  model: 'tagger',
  encoder: 'catalogue-encoder',
  endpoint: 'tagger',
});

const demo = rendered('demo', demoPlan);
/** Every step in seconds, for tests of the way from pictures to champion: its figures say nothing about the models. */
const small = rendered('small', smallPlan);

/** The data a benchmark needs is not here: exit code 3, and what to install. */
export class DataMissing extends Error {
  override readonly name = 'DataMissing';
}

/** Asked before anything starts: hours of training are no way to learn that a file is missing. */
export async function assertDataPresent(
  { name, needs }: Pick<JobSource, 'name' | 'needs'>,
  bench: string,
): Promise<void> {
  if (needs === null) return;
  await access(needs).catch(() => {
    throw new DataMissing(
      `${bench}: expected ${needs}, found no such file; put the data set ${name} into a folder and name that folder's parent by GRAFT_DATA_DIR`,
    );
  });
}

const fashionFolder = join(environment.dataFolder, 'fashion-product-images');
const fashionManifest = join(fashionFolder, 'products.csv.gz');

const fashion: JobSource = {
  name: 'fashion-product-images',
  needs: fashionManifest,
  experiment: join(environment.experimentsFolder, 'fashion-products.yaml'),
  generic: renderedGeneric(demoPlan),
  own: {
    name: 'fashion-products',
    description:
      'Fashion Product Images (Small): real photos with titles and attributes; for benchmarks only, not to be shown',
    pictures: 0,
    prepare: () =>
      Promise.resolve({
        source: fashionFolder,
        manifest: fashionManifest,
        missingSplit: 'refuse',
        packed: { offset: 'offset', length: 'length' },
        columns: {
          id: 'product_id',
          file: 'shard',
          title: 'title',
          split: 'split',
          attributes: ['masterCategory', 'subCategory', 'articleType', 'baseColour', 'usage'],
        },
      }),
  },
  model: 'product-tagger',
  encoder: 'product-encoder',
  endpoint: 'product-tagger',
};

export const jobSources: Record<string, JobSource> = Object.fromEntries(
  [fashion, demo, small].map((source) => [source.name, source]),
);
