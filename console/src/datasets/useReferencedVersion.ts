import { useRows } from '../api/hooks.js';
import type { Dataset, DatasetVersion } from '../api/schemas.js';

/** `dataset:NAME` or `dataset:NAME@VERSION` -> the version's id, as soon as it is known. */
export function useReferencedVersion(reference: string): string | null {
  const [name, number] = reference.replace(/^dataset:/, '').split('@');
  const dataset = useRows<Dataset>('datasets').data?.find((entry) => entry.name === name);
  const { data: versions } = useRows<DatasetVersion>('dataset-versions', { datasetId: dataset?.id ?? '' });
  if (!number) return dataset?.latestVersion?.id ?? null;
  return versions?.find((version) => version.version === Number(number))?.id ?? null;
}
