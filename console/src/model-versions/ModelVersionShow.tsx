import { Box, Button, Stack, Typography } from '@mui/material';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Link, useParams } from 'react-router-dom';
import { useGraft, useMay, useRecord } from '../api/hooks.js';
import type { Component, ModelVersion, Port } from '../api/schemas.js';
import { Graph } from '../graph/Graph.js';
import { NodeCard } from '../graph/NodeCard.js';
import { RequestRolloutDialog } from '../rollouts/RequestRolloutDialog.js';
import { CopyText } from '../ui/CopyText.js';
import { Facts } from '../ui/Facts.js';
import { formatBytes, formatNumber, shortHash } from '../ui/format.js';
import { Mono } from '../ui/Mono.js';
import { Page } from '../ui/Page.js';
import { RecordGate } from '../ui/RecordGate.js';
import { RecordTable, type Column } from '../ui/RecordTable.js';
import { Section } from '../ui/Section.js';
import { StatusChip } from '../ui/StatusChip.js';
import { TimeAgo } from '../ui/TimeAgo.js';
import { lineageNodes } from './lineageNodes.js';

export function ModelVersionShow() {
  const { id } = useParams();
  return (
    <RecordGate query={useRecord<ModelVersion>('model-versions', id)}>
      {(version) => <VersionPage version={version} />}
    </RecordGate>
  );
}

type ComponentRow = Component & { id: string };
const portText = (port: Port): string => `${port.name} ${port.dtype} [${port.shape.join(', ')}]`;
const ports = (list: readonly Port[]) =>
  list.map((port) => (
    <Mono key={port.name} sx={{ display: 'block' }}>
      {portText(port)}
    </Mono>
  ));
const componentColumns: Column<ComponentRow>[] = [
  { label: 'Component', render: (component) => component.id },
  { label: 'Takes', render: (component) => ports(component.inputs) },
  { label: 'Gives', render: (component) => ports(component.outputs), from: 'md' },
  {
    label: 'Size',
    align: 'right',
    render: (component) =>
      formatBytes(component.graph.sizeBytes + component.weights.reduce((sum, file) => sum + file.sizeBytes, 0)),
  },
];

function VersionPage({ version }: { version: ModelVersion }) {
  const graft = useGraft();
  const may = useMay();
  const [requesting, setRequesting] = useState(false);
  const { lineage } = version;
  const { data: dataset } = useQuery({
    queryKey: ['dataset-versions', 'one', lineage.datasetVersionId],
    queryFn: () => graft.getDatasetVersion(lineage.datasetVersionId ?? ''),
    enabled: lineage.datasetVersionId !== null,
  });
  const { data: base } = useRecord<ModelVersion>('model-versions', lineage.baseVersionId);
  const nodes = lineageNodes(version, {
    ...(dataset && { dataset: `${dataset.datasetName} v${dataset.version}` }),
    ...(base && { base: `${base.modelName} v${base.version}` }),
  });

  return (
    <Page
      title={`${version.modelName} v${version.version}`}
      chip={version.aliases.map((alias) => (
        <StatusChip key={alias} state={alias} tone={alias === 'champion' ? 'accent' : 'neutral'} />
      ))}
      crumbs={[
        { label: 'Models', to: '/models' },
        { label: version.modelName, to: `/models/${version.modelId}/show` },
      ]}
      description={
        <>
          Made <TimeAgo at={version.createdAt} /> and never changed since.
        </>
      }
      actions={
        <>
          {may('endpoints:create') && (
            <Button variant="outlined" component={Link} to="/endpoints/create">
              Serve it
            </Button>
          )}
          {may('rollouts:request') && !version.aliases.includes('champion') && (
            <Button variant="contained" onClick={() => setRequesting(true)}>
              Request a rollout
            </Button>
          )}
        </>
      }
    >
      <Section title="Lineage" hint="What it was made from. The same inputs, seed and code give the same bytes.">
        <Graph
          label="Lineage"
          nodes={nodes}
          nodeHeight={66}
          renderNode={(node) => (
            <NodeCard title={node.title} subtitle={node.subtitle} to={node.to} emphasised={node.id === 'version'} />
          )}
        />
      </Section>
      <Section title="Components" flush>
        <RecordTable
          label="Components"
          rows={Object.entries(version.components).map(([id, component]) => ({ ...component, id }))}
          columns={componentColumns}
        />
      </Section>
      <Box sx={{ display: 'grid', gap: 2.5, gridTemplateColumns: { xs: '1fr', md: '1fr 1fr' }, alignItems: 'start' }}>
        <Section title="Identity">
          <Facts
            facts={[
              [
                'Content hash',
                <CopyText
                  key="hash"
                  text={version.treeHash}
                  shown={shortHash(version.treeHash)}
                  label="content hash"
                />,
              ],
              ['Code', <Mono key="code">{shortHash(lineage.codeRevision)}</Mono>],
              ['Seed', lineage.seed],
              ...Object.entries(version.metrics).map(([name, value]): [string, string] => [name, formatNumber(value)]),
            ]}
          />
        </Section>
        <Section title="Labels" hint="What its head can say.">
          <Stack spacing={1.5}>
            {Object.entries(version.labels).map(([target, labels]) => (
              <Box key={target}>
                <Typography variant="h3">
                  {target} ({labels.length})
                </Typography>
                <Typography variant="body2" color="text.secondary">
                  {labels.slice(0, 20).join(', ')}
                  {labels.length > 20 && `, and ${labels.length - 20} more`}
                </Typography>
              </Box>
            ))}
          </Stack>
        </Section>
      </Box>
      {requesting && <RequestRolloutDialog versions={[version]} onClose={() => setRequesting(false)} />}
    </Page>
  );
}
