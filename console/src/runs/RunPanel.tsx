import { Alert, Box, Button, Stack } from '@mui/material';
import { Link } from 'react-router-dom';
import { useQuery } from '@tanstack/react-query';
import { stringify } from 'yaml';
import { useGraft, useMay, useRows } from '../api/hooks.js';
import type { ModelVersion, Run, RunArtifact } from '../api/schemas.js';
import { ConfirmButton } from '../ui/ConfirmButton.js';
import { CopyText } from '../ui/CopyText.js';
import { Facts } from '../ui/Facts.js';
import { formatBytes, formatDuration, shortHash } from '../ui/format.js';
import { CodeBlock } from '../ui/Mono.js';
import { ProgressLine } from '../ui/ProgressLine.js';
import { RecordTable, type Column } from '../ui/RecordTable.js';
import { Section } from '../ui/Section.js';
import { StatusChip } from '../ui/StatusChip.js';
import { TimeAgo, useNow } from '../ui/TimeAgo.js';
import { RunCurves } from './RunCurves.js';
import { runCost } from './runCost.js';
import { RunLogs } from './RunLogs.js';

const unfinished = (run: Run): boolean => run.state === 'waiting' || run.state === 'queued' || run.state === 'running';

/** Everything about one run: how far it is, its curves, its log, what it made and what it was asked. */
export function RunPanel({ run }: { run: Run }) {
  const graft = useGraft();
  const may = useMay();
  const now = useNow();
  const version = useRows<ModelVersion>('model-versions', { runId: run.id }, 1).data?.[0];
  const took = run.startedAt
    ? formatDuration((run.endedAt ? Date.parse(run.endedAt) : now) - Date.parse(run.startedAt))
    : '–';

  return (
    <Stack spacing={2.5}>
      {run.failure && (
        <Alert severity="error">
          <strong>{run.failure.code.replaceAll('-', ' ')}</strong>: {run.failure.message}
        </Alert>
      )}
      {run.state === 'running' && (
        <Section>
          <ProgressLine label={run.phase || 'running'} fraction={run.progress} />
        </Section>
      )}
      <Box
        sx={{
          display: 'grid',
          gap: 2.5,
          gridTemplateColumns: { xs: '1fr', lg: 'minmax(0, 2fr) minmax(300px, 1fr)' },
          alignItems: 'start',
        }}
      >
        <Stack spacing={2.5} sx={{ minWidth: 0 }}>
          <RunCurves run={run} />
          <RunLogs run={run} live={unfinished(run)} />
        </Stack>
        <Stack spacing={2.5} sx={{ minWidth: 0 }}>
          <Section title="Run" action={<StatusChip state={run.state} />}>
            <Facts
              facts={[
                ['Recipe', run.recipe],
                ['Started', <TimeAgo key="started" at={run.startedAt} />],
                ['Took', took],
                ['CPU time', formatDuration(1000 * run.cpuSeconds)],
                ['Peak memory', run.peakMemoryBytes > 0 ? formatBytes(run.peakMemoryBytes) : '–'],
                ['Isolation', run.isolationLevel ?? '–'],
                ['Cost', runCost(run.cpuSeconds)],
                ['Attempt', run.attempt > 1 ? `${run.attempt} (resumed from its checkpoint)` : '1'],
                ['Seed', run.seed],
              ]}
            />
            <Stack direction="row" useFlexGap spacing={1} sx={{ mt: 2, flexWrap: 'wrap' }}>
              {run.recipe === 'evaluate' && run.state === 'succeeded' && (
                <Button size="small" variant="contained" component={Link} to={`/runs/${run.id}/report`}>
                  Open the evaluation
                </Button>
              )}
              {run.parameters.preflight === true && run.state === 'succeeded' && (
                <Button size="small" variant="contained" component={Link} to={`/runs/${run.id}/preflight`}>
                  See what it would train on
                </Button>
              )}
              {run.recipe === 'inspect-space' && run.state === 'succeeded' && (
                <Button size="small" variant="contained" component={Link} to={`/runs/${run.id}/space-report`}>
                  Look inside the space
                </Button>
              )}
              {version && (
                <Button size="small" variant="outlined" component={Link} to={`/model-versions/${version.id}/show`}>
                  {version.modelName} v{version.version}
                </Button>
              )}
              {unfinished(run) && !run.cancelRequested && may('experiments:cancel') && (
                <ConfirmButton
                  size="small"
                  danger
                  label="Cancel run"
                  title={`Cancel ${run.name}?`}
                  explanation="Its sandbox is stopped with everything in it, and the steps that need it are skipped."
                  action={() => graft.cancelRun(run.id)}
                />
              )}
            </Stack>
          </Section>
          <RunArtifacts runId={run.id} />
          <Section title="Parameters">
            <CodeBlock label="Parameters of this run">{stringify(run.parameters)}</CodeBlock>
          </Section>
        </Stack>
      </Box>
    </Stack>
  );
}

const artifactColumns: Column<RunArtifact & { id: string }>[] = [
  { label: 'Kind', render: (artifact) => artifact.kind },
  { label: 'Size', render: (artifact) => formatBytes(artifact.sizeBytes), align: 'right' },
  {
    label: 'Content hash',
    render: (artifact) => (
      <CopyText text={artifact.treeHash} shown={shortHash(artifact.treeHash)} label="content hash" />
    ),
  },
];

function RunArtifacts({ runId }: { runId: string }) {
  const graft = useGraft();
  const { data } = useQuery({ queryKey: ['runs', 'artifacts', runId], queryFn: () => graft.listRunArtifacts(runId) });
  if (!data || data.items.length === 0) return null;
  return (
    <Section title="Artifacts" hint="Kept by content: the same bytes are stored once." flush>
      <RecordTable
        label="Artifacts"
        rows={data.items.map((artifact) => ({ ...artifact, id: artifact.treeHash + artifact.name }))}
        columns={artifactColumns}
      />
    </Section>
  );
}
