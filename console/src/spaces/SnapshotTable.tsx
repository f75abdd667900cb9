import { Chip } from '@mui/material';
import { useGraft, useMay, useRows } from '../api/hooks.js';
import type { Snapshot } from '../api/schemas.js';
import { ConfirmButton } from '../ui/ConfirmButton.js';
import { formatCount, formatExact, formatPercent } from '../ui/format.js';
import { RecordTable, type Column } from '../ui/RecordTable.js';
import { Section } from '../ui/Section.js';
import { TimeAgo } from '../ui/TimeAgo.js';

export function SnapshotTable({ spaceId }: { spaceId: string }) {
  const graft = useGraft();
  const may = useMay();
  const { data: snapshots } = useRows<Snapshot>('snapshots', { spaceId });
  const columns: Column<Snapshot>[] = [
    { label: 'Made', render: (snapshot) => <TimeAgo at={snapshot.createdAt} /> },
    { label: 'Items', align: 'right', render: (snapshot) => formatCount(snapshot.itemCount) },
    {
      label: 'Computed',
      align: 'right',
      from: 'sm',
      render: ({ encodedCount, reusedCount }) => `${formatCount(encodedCount)} (${formatCount(reusedCount)} kept)`,
    },
    { label: 'Stored as', from: 'sm', render: (snapshot) => snapshot.dtype },
    {
      label: 'Recall@10, stored',
      align: 'right',
      from: 'md',
      render: ({ quantisation }) => (quantisation ? formatPercent(quantisation.recall10, 2) : 'exact'),
    },
    {
      label: 'Recall@10, index',
      align: 'right',
      from: 'md',
      render: ({ index }) => (index ? formatPercent(index.recall10, 2) : 'no index'),
    },
    {
      label: '',
      align: 'right',
      render: (snapshot) =>
        snapshot.isLive ? (
          <Chip size="small" color="success" variant="outlined" label="live" />
        ) : may('spaces:publish') ? (
          <ConfirmButton
            size="small"
            label="Make live"
            title="Make this snapshot live?"
            explanation={`The one of ${formatExact(snapshot.createdAt)} becomes what “snapshot:latest” means, and what search indexes that follow it switch to. The one before stays for a rollback.`}
            action={() => graft.publishSnapshot(snapshot.id)}
          />
        ) : null,
    },
  ];
  return (
    <Section flush title="Snapshots" hint="Immutable sets of vectors; one of each dataset is live.">
      <RecordTable label="Snapshots of this space" rows={snapshots} columns={columns} />
    </Section>
  );
}
