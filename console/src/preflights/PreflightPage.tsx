import { Alert, Stack } from '@mui/material';
import { useQuery } from '@tanstack/react-query';
import { useParams } from 'react-router-dom';
import { useGraft, useRecord } from '../api/hooks.js';
import type { Experiment, PreflightReport, Run } from '../api/schemas.js';
import { useReferencedVersion } from '../datasets/useReferencedVersion.js';
import { Figure, FigureRow } from '../ui/Figure.js';
import { formatBytes, formatCount, formatDuration, formatMs } from '../ui/format.js';
import { Page } from '../ui/Page.js';
import { RecordGate } from '../ui/RecordGate.js';
import { Section } from '../ui/Section.js';
import { FirstBatch } from './FirstBatch.js';
import { LabelSection } from './LabelSection.js';
import { TwinSections } from './TwinSections.js';

export function PreflightPage() {
  const { id = '' } = useParams();
  const graft = useGraft();
  const run = useRecord<Run>('runs', id);
  const report = useQuery({
    queryKey: ['runs', 'preflight', id],
    queryFn: () => graft.getRunPreflight(id),
    staleTime: Infinity,
  });
  return (
    <RecordGate query={report}>
      {(loaded) => <RecordGate query={run}>{(record) => <PreflightView report={loaded} run={record} />}</RecordGate>}
    </RecordGate>
  );
}

const severities = { problem: 'error', warning: 'warning', note: 'info' } as const;

function PreflightView({ report, run }: { report: PreflightReport; run: Run }) {
  const { data: experiment } = useRecord<Experiment>('experiments', run.experimentId);
  const versionId = useReferencedVersion(String(run.parameters.dataset ?? ''));
  const { items, findings } = report;
  return (
    <Page
      title={`Before ${run.name} is trained`}
      crumbs={[
        { label: 'Experiments', to: '/experiments' },
        { label: experiment?.name ?? 'Experiment', to: `/experiments/${run.experimentId}/show` },
        { label: run.name, to: `/runs/${run.id}/show` },
      ]}
      description={`${formatCount(items.train)} items to train on, ${formatCount(items.validation)} to validate on. Nothing was trained or kept.`}
    >
      <FirstBatch examples={report.examples} texts={report.texts} />
      <Stack spacing={1} component="ul" aria-label="Findings" sx={{ listStyle: 'none', m: 0, p: 0 }}>
        {findings.map(({ level, message }) => (
          <Alert component="li" key={message} severity={severities[level]}>
            {message}
          </Alert>
        ))}
        {findings.length === 0 && (
          <Alert component="li" severity="success">
            Nothing to look at before starting.
          </Alert>
        )}
      </Stack>
      <EstimateSection estimate={report.estimate} />
      <TwinSections report={report} versionId={versionId} />
      <LabelSection labels={report.labels} trainItems={items.train} />
    </Page>
  );
}

function EstimateSection({ estimate }: { estimate: PreflightReport['estimate'] }) {
  const { stepSeconds, totalSteps, itemsPerStep, memoryLimitBytes, cost } = estimate;
  const ms = (seconds: number) => formatMs(1000 * seconds);
  return (
    <Section title="What it will take" hint="From real steps of the real graph on the real data, and one validation.">
      <FigureRow>
        <Figure
          accent
          label="Time"
          value={formatDuration(1000 * estimate.totalSeconds)}
          detail={`${ms(estimate.prepareSeconds)} to prepare, ${ms(estimate.validationSeconds)} to validate`}
        />
        <Figure
          label="One step"
          value={ms(stepSeconds.median)}
          detail={`${ms(stepSeconds.low)} to ${ms(stepSeconds.high)}, n ${stepSeconds.n}; ${formatCount(totalSteps)} steps of ${formatCount(itemsPerStep)} items`}
        />
        <Figure
          label="Peak memory"
          value={formatBytes(estimate.peakMemoryBytes)}
          detail={memoryLimitBytes === null ? 'nothing limits it' : `of ${formatBytes(memoryLimitBytes)} it may take`}
        />
        <Figure
          label="Cost"
          value={cost.value < 0.01 ? `$${cost.value.toPrecision(2)}` : `$${cost.value.toFixed(2)}`}
          detail={`${formatDuration(1000 * estimate.cpuSeconds)} of CPU time at ${cost.perCpuHour} ${cost.currency} an hour`}
        />
      </FigureRow>
    </Section>
  );
}
