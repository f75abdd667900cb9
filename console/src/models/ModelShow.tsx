import { Typography } from '@mui/material';
import { useParams } from 'react-router-dom';
import { useRecord, useRows } from '../api/hooks.js';
import type { Model, ModelVersion } from '../api/schemas.js';
import { formatNumber } from '../ui/format.js';
import { Page } from '../ui/Page.js';
import { RecordGate } from '../ui/RecordGate.js';
import { RecordTable, type Column } from '../ui/RecordTable.js';
import { Section } from '../ui/Section.js';
import { StatusChip } from '../ui/StatusChip.js';
import { TimeAgo } from '../ui/TimeAgo.js';
import { AliasTable } from './AliasTable.js';

export function ModelShow() {
  const { id } = useParams();
  return <RecordGate query={useRecord<Model>('models', id)}>{(model) => <ModelPage model={model} />}</RecordGate>;
}

const columns: Column<ModelVersion>[] = [
  { label: 'Version', render: (version) => `Version ${version.version}` },
  {
    label: 'Points here',
    render: (version) =>
      version.aliases.map((alias) => (
        <StatusChip key={alias} state={alias} tone={alias === 'champion' ? 'accent' : 'neutral'} />
      )),
  },
  { label: 'Kind', render: (version) => ('item_projector' in version.components ? 'swapped' : 'native'), from: 'sm' },
  {
    label: 'Last metrics',
    from: 'md',
    render: (version) =>
      Object.entries(version.metrics)
        .slice(0, 3)
        .map(([name, value]) => `${name} ${formatNumber(value)}`)
        .join(' · ') || '–',
  },
  { label: 'Made', render: (version) => <TimeAgo at={version.createdAt} /> },
];

function ModelPage({ model }: { model: Model }) {
  const { data: versions } = useRows<ModelVersion>('model-versions', { modelId: model.id });
  return (
    <Page title={model.name} crumbs={[{ label: 'Models', to: '/models' }]} description={model.description}>
      <AliasTable model={model} versions={versions ?? []} />
      <Section title="Versions" flush={versions?.length !== 0}>
        {versions?.length === 0 ? (
          <Typography variant="body2" color="text.secondary">
            No version yet: a step with “register: {'{'} model: {model.name} {'}'}” makes one.
          </Typography>
        ) : (
          <RecordTable
            label="Versions"
            rows={versions}
            columns={columns}
            linkTo={(version) => `/model-versions/${version.id}/show`}
          />
        )}
      </Section>
    </Page>
  );
}
