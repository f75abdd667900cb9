import type { PreflightReport } from '../api/schemas.js';
import { formatCount, formatPercent } from '../ui/format.js';
import { RecordTable, type Column } from '../ui/RecordTable.js';
import { Section } from '../ui/Section.js';

type Row = PreflightReport['labels'][number] & { id: string };

export function LabelSection({ labels, trainItems }: { labels: PreflightReport['labels']; trainItems: number }) {
  if (labels.length === 0) return null;
  const columns: Column<Row>[] = [
    { label: 'Target', render: ({ target }) => target },
    { label: 'Labels', render: ({ classes }) => formatCount(classes), align: 'right' },
    {
      label: 'Without a label',
      render: ({ unlabelled }) => `${formatCount(unlabelled)} (${formatPercent(unlabelled / trainItems)})`,
      align: 'right',
    },
    { label: 'Rarest', render: ({ rarest }) => `${rarest.label} (${formatCount(rarest.items)})` },
    { label: 'Only in validation', render: ({ onlyInValidation }) => onlyInValidation.join(', ') || '–' },
  ];
  return (
    <Section title="Labels" flush>
      <RecordTable label="Labels" rows={labels.map((row) => ({ ...row, id: row.target }))} columns={columns} />
    </Section>
  );
}
