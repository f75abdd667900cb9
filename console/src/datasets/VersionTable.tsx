import type { DatasetVersion } from '../api/schemas.js';
import { CopyText } from '../ui/CopyText.js';
import { formatCount, shortHash } from '../ui/format.js';
import { RecordTable, type Column } from '../ui/RecordTable.js';
import { Section } from '../ui/Section.js';
import { TimeAgo } from '../ui/TimeAgo.js';

const columns: Column<DatasetVersion>[] = [
  { label: 'Version', render: (version) => `Version ${version.version}` },
  { label: 'Items', render: (version) => formatCount(version.itemCount), align: 'right' },
  ...(['train', 'val', 'test'] as const).map((split): Column<DatasetVersion> => ({
    label: split,
    render: (version) => formatCount(version.splitCounts[split] ?? 0),
    align: 'right',
    from: 'md',
  })),
  {
    label: 'Content hash',
    render: (version) => <CopyText text={version.treeHash} shown={shortHash(version.treeHash)} label="content hash" />,
  },
  { label: 'Made', render: (version) => <TimeAgo at={version.createdAt} /> },
];

export function VersionTable({ versions }: { versions: DatasetVersion[] }) {
  return (
    <Section flush>
      <RecordTable label="Versions of this dataset" rows={versions} columns={columns} />
    </Section>
  );
}
