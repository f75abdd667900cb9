import { MenuItem, TextField } from '@mui/material';
import { useRows } from '../api/hooks.js';
import type { Dataset, DatasetVersion, Snapshot } from '../api/schemas.js';
import { formatCount, formatExact, shortHash } from '../ui/format.js';

type SnapshotSelectProps = {
  value: string;
  onChange: (id: string) => void;
  /** Leave out those of other datasets. */
  datasetId?: string;
  error?: string | undefined;
};

/** Stored vectors, newest first, in words that tell them apart. */
export function SnapshotSelect({ value, onChange, datasetId, error }: SnapshotSelectProps) {
  const { data: snapshots } = useRows<Snapshot>('snapshots');
  const { data: datasets } = useRows<Dataset>('datasets');
  const { data: versions } = useRows<DatasetVersion>('dataset-versions', { datasetId: datasetId ?? '' });
  const offered = datasetId
    ? snapshots?.filter((snapshot) => versions?.some(({ id }) => id === snapshot.datasetVersionId))
    : snapshots;
  const datasetOf = (snapshot: Snapshot): string =>
    datasets?.find(({ latestVersion }) => latestVersion?.id === snapshot.datasetVersionId)?.name ?? 'an older version';
  return (
    <TextField
      select
      required
      label="Snapshot"
      value={offered ? value : ''}
      onChange={(event) => onChange(event.target.value)}
      error={error !== undefined}
      helperText={
        error ?? (offered?.length === 0 ? 'None yet: embed the dataset with an experiment first.' : undefined)
      }
    >
      {(offered ?? []).map((snapshot) => (
        <MenuItem key={snapshot.id} value={snapshot.id}>
          {formatCount(snapshot.itemCount)} items of {datasetOf(snapshot)}, {snapshot.dtype}
          {snapshot.index ? ', indexed' : ''}, space {shortHash(snapshot.spaceId)}, {formatExact(snapshot.createdAt)}
          {snapshot.isLive ? ' (live)' : ''}
        </MenuItem>
      ))}
    </TextField>
  );
}
