import { join } from 'node:path';
import { environment } from '../environment.js';
import { jobSources, type JobDataset } from '../main-job/sources.js';

/** What the dual encoder is trained and judged on. */
export interface EmbeddingsSource {
  readonly name: string;
  /** A file without which the bench cannot run; null where Graft renders everything itself. */
  readonly needs: string | null;
  readonly dataset: JobDataset;
  readonly experiment: string;
}

const sourceOf = (name: string, experiment: string): EmbeddingsSource => {
  const job = jobSources[name];
  if (!job) throw new RangeError(`data: expected one of ${Object.keys(jobSources).join(', ')}, found ${name}`);
  return { name, needs: job.needs, dataset: job.own, experiment: join(environment.experimentsFolder, experiment) };
};

export const embeddingsSources: Record<string, EmbeddingsSource> = {
  'fashion-product-images': sourceOf('fashion-product-images', 'fashion-embeddings.yaml'),
  small: sourceOf('small', 'small-embeddings.yaml'),
};
