import { Alert, Box, MenuItem, Stack, TextField, Typography, useTheme } from '@mui/material';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useParams } from 'react-router-dom';
import { useGraft, useRecord } from '../api/hooks.js';
import type { Experiment, Report, Run } from '../api/schemas.js';
import { IntervalBar } from '../charts/IntervalBar.js';
import { Facts } from '../ui/Facts.js';
import { Figure, FigureRow } from '../ui/Figure.js';
import { formatCount, formatNumber, formatPercent, formatSigned } from '../ui/format.js';
import { Page } from '../ui/Page.js';
import { RecordGate } from '../ui/RecordGate.js';
import { Section } from '../ui/Section.js';
import { candidateRoles, roleColor } from './candidateColors.js';
import { Disagreements } from './Disagreements.js';
import { LatencyCurves } from './LatencyCurves.js';
import { RetrievalSections } from './RetrievalSections.js';
import { controlSentence, headline, pairedSentence, savingOf } from './reportWords.js';

export function ReportPage() {
  const { id = '' } = useParams();
  const graft = useGraft();
  const run = useRecord<Run>('runs', id);
  const report = useQuery({
    queryKey: ['runs', 'report', id],
    queryFn: () => graft.getRunReport(id),
    staleTime: Infinity,
  });
  return (
    <RecordGate query={report}>
      {(loaded) => <RecordGate query={run}>{(record) => <ReportView report={loaded} run={record} />}</RecordGate>}
    </RecordGate>
  );
}

function ReportView({ report, run }: { report: Report; run: Run }) {
  const roles = candidateRoles(run.parameters);
  const compared = report.accuracy.length > 0;
  const { data: experiment } = useRecord<Experiment>('experiments', run.experimentId);
  return (
    <Page
      title="Evaluation"
      crumbs={[
        { label: 'Experiments', to: '/experiments' },
        { label: experiment?.name ?? 'Experiment', to: `/experiments/${run.experimentId}/show` },
        { label: run.name, to: `/runs/${run.id}/show` },
      ]}
      description={
        compared
          ? `${report.accuracy.map((entry) => entry.candidate).join(', ')} on the same ${formatCount(report.itemCount)} held-out items (${report.split}), interleaved on one machine.`
          : `What the encoder finds for ${formatCount(report.itemCount)} held-out items (${report.split}).`
      }
    >
      {report.retrieval && <RetrievalSections retrieval={report.retrieval} />}
      {compared && (
        <>
          <HeadlineFigures report={report} />
          <AccuracySection report={report} roles={roles} />
          <LatencyCurves report={report} roles={roles} />
        </>
      )}
      <Disagreements report={report} roles={roles} datasetReference={String(run.parameters.dataset ?? '')} />
      <Section title="Measured on">
        <Facts
          facts={[
            ...Object.entries(report.environment),
            ['price', `${report.pricing.perCpuHour} ${report.pricing.currency} per CPU hour`],
          ]}
        />
      </Section>
    </Page>
  );
}

export function HeadlineFigures({ report }: { report: Pick<Report, 'paired' | 'control' | 'ratios'> }) {
  const { gain, speed } = headline(report);
  return (
    <Section>
      <FigureRow>
        {gain && (
          <Figure
            accent={gain.relative.low > 0}
            label={`Accuracy, ${gain.b} against ${gain.a}`}
            value={formatSigned(gain.relative.value, 0)}
            detail={`relative; 95 % interval ${formatSigned(gain.relative.low, 0)} to ${formatSigned(gain.relative.high, 0)}, n ${formatCount(gain.relative.n)}`}
          />
        )}
        {speed && (
          <>
            <Figure
              accent
              label={`Faster at ${speed.imagesPerRequest} images a request`}
              value={`${formatNumber(speed.latency.value)}×`}
              detail={`${formatNumber(speed.latency.low)}× to ${formatNumber(speed.latency.high)}× over ${speed.rounds} rounds`}
            />
            <Figure
              accent
              label={`Cheaper at ${speed.imagesPerRequest} images a request`}
              value={formatPercent(savingOf(speed.cost.value))}
              detail={`native costs ${formatNumber(speed.cost.value)}× as much`}
            />
          </>
        )}
      </FigureRow>
    </Section>
  );
}

function AccuracySection({ report, roles }: { report: Report; roles: Map<string, string> }) {
  const theme = useTheme();
  const [target, setTarget] = useState('');
  const control = report.control && controlSentence(report.control);
  return (
    <Section
      title="Accuracy"
      hint="Share of items labelled right, with a 95 % interval over items."
      action={
        <TextField
          select
          label="Target"
          value={target}
          onChange={(event) => setTarget(event.target.value)}
          sx={{ minWidth: 150 }}
        >
          <MenuItem value="">All targets</MenuItem>
          {report.targets.map((name) => (
            <MenuItem key={name} value={name}>
              {name}
            </MenuItem>
          ))}
        </TextField>
      }
    >
      <Stack spacing={1.25}>
        {report.accuracy.map((entry) => {
          const shown = entry.perTarget[target] ?? entry.overall;
          return (
            <IntervalBar
              key={entry.candidate}
              label={entry.candidate}
              value={shown.value}
              interval={shown}
              n={shown.n}
              color={roleColor(roles.get(entry.candidate), theme)}
              emphasised={roles.get(entry.candidate) === 'swapped'}
            />
          );
        })}
        {report.control && target === '' && (
          <IntervalBar
            label="shuffled vectors"
            value={report.control.shuffled.value}
            interval={report.control.shuffled}
            n={report.control.shuffled.n}
            color={theme.palette.action.disabled}
          />
        )}
      </Stack>
      <Box component="ul" sx={{ mt: 2.5, mb: 0, pl: 2.5, display: 'grid', gap: 0.75 }}>
        {report.paired.map((pair) => (
          <Typography component="li" variant="body2" key={`${pair.a} ${pair.b}`}>
            {pairedSentence(pair)}
          </Typography>
        ))}
      </Box>
      {control && (
        <Alert severity={control.sound ? 'success' : 'warning'} sx={{ mt: 2 }}>
          {control.sentence}
        </Alert>
      )}
    </Section>
  );
}
