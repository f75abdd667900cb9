import { Alert, Button, Link as MuiLink } from '@mui/material';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { Link, useParams } from 'react-router-dom';
import { useGraft, useMay, useRecord } from '../api/hooks.js';
import type { Endpoint, Variant } from '../api/schemas.js';
import { ConfirmButton } from '../ui/ConfirmButton.js';
import { CopyText } from '../ui/CopyText.js';
import { formatCount, formatMs, formatPercent } from '../ui/format.js';
import { Page } from '../ui/Page.js';
import { RecordGate } from '../ui/RecordGate.js';
import { RecordTable, type Column } from '../ui/RecordTable.js';
import { Section } from '../ui/Section.js';
import { StatusChip } from '../ui/StatusChip.js';
import { TimeAgo } from '../ui/TimeAgo.js';
import { AnalysisSection } from './AnalysisSection.js';
import { TrafficBar } from './TrafficBar.js';
import { TrafficDialog } from './TrafficDialog.js';

export function EndpointShow() {
  const { id } = useParams();
  return (
    <RecordGate query={useRecord<Endpoint>('endpoints', id)}>
      {(endpoint) => <EndpointPage endpoint={endpoint} />}
    </RecordGate>
  );
}

type VariantRow = Variant & { id: string };
const columns: Column<VariantRow>[] = [
  { label: 'Variant', render: (variant) => variant.name },
  { label: 'Role', render: (variant) => variant.role, from: 'lg' },
  {
    label: 'Model version',
    render: (variant) => (
      <MuiLink component={Link} to={`/model-versions/${variant.modelVersionId}/show`}>
        version {variant.modelVersion}
      </MuiLink>
    ),
  },
  { label: 'Server', render: (variant) => <StatusChip state={variant.serverState} /> },
  { label: 'Share', align: 'right', render: (variant) => formatPercent(variant.weight, 0) },
  { label: 'Requests', align: 'right', render: (variant) => formatCount(variant.traffic.requests) },
  { label: 'Units', align: 'right', render: (variant) => formatCount(variant.traffic.units), from: 'md' },
  { label: 'Errors', align: 'right', render: (variant) => formatCount(variant.traffic.errors), from: 'md' },
  {
    label: 'p50',
    align: 'right',
    render: (variant) => (variant.traffic.latencyP50Ms === null ? '–' : formatMs(variant.traffic.latencyP50Ms)),
  },
  {
    label: 'p95',
    align: 'right',
    render: (variant) => (variant.traffic.latencyP95Ms === null ? '–' : formatMs(variant.traffic.latencyP95Ms)),
    from: 'sm',
  },
];

function EndpointPage({ endpoint }: { endpoint: Endpoint }) {
  const graft = useGraft();
  const may = useMay();
  const queryClient = useQueryClient();
  const [changing, setChanging] = useState(false);
  const live = endpoint.state !== 'retired';
  const broken = endpoint.variants.filter((variant) => variant.serverMessage !== null);

  return (
    <Page
      title={endpoint.name}
      chip={<StatusChip state={endpoint.state} />}
      crumbs={[{ label: 'Endpoints', to: '/endpoints' }]}
      description={
        <>
          Serves {endpoint.modelName} since <TimeAgo at={endpoint.createdAt} />.{' '}
          <CopyText text={`POST /v2/models/${endpoint.name}/infer`} label="address" />
        </>
      }
      actions={
        live && (
          <>
            {may('endpoints:retire') && (
              <ConfirmButton
                danger
                label="Retire"
                title={`Retire ${endpoint.name}?`}
                explanation="Its address answers no more requests and its servers end. What was logged stays."
                action={async () => {
                  await graft.retireEndpoint(endpoint.id);
                  await queryClient.invalidateQueries({ queryKey: ['endpoints'] });
                }}
              />
            )}
            {may('endpoints:traffic') && (
              <Button variant="contained" onClick={() => setChanging(true)}>
                Change traffic
              </Button>
            )}
          </>
        )
      }
    >
      {broken.map((variant) => (
        <Alert key={variant.name} severity={variant.serverState === 'failed' ? 'error' : 'warning'}>
          <strong>{variant.name}</strong>: {variant.serverMessage}
        </Alert>
      ))}
      <Section title="Traffic" hint="The last 24 hours.">
        <TrafficBar variants={endpoint.variants} labelled />
      </Section>
      <Section flush>
        <RecordTable
          label="Variants"
          rows={endpoint.variants.map((variant) => ({ ...variant, id: variant.name }))}
          columns={columns}
        />
      </Section>
      <AnalysisSection endpoint={endpoint} />
      {changing && <TrafficDialog endpoint={endpoint} onClose={() => setChanging(false)} />}
    </Page>
  );
}
