import InsightsIcon from '@mui/icons-material/InsightsOutlined';
import { Alert, Box, Button, Stack, Typography } from '@mui/material';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useGraft, useMay, useSubmission } from '../api/hooks.js';
import type { Analysis, Endpoint } from '../api/schemas.js';
import { DifferenceInterval } from '../charts/DifferenceInterval.js';
import { EmptyState } from '../ui/EmptyState.js';
import { formatCount, formatNumber, formatPercent, formatSigned } from '../ui/format.js';
import { RecordTable, type Column } from '../ui/RecordTable.js';
import { Section } from '../ui/Section.js';
import { StatusChip } from '../ui/StatusChip.js';
import { TimeAgo } from '../ui/TimeAgo.js';
import { outcomeWords, sampleRatioState } from './outcomeWords.js';

/** What the events that came back say about the variants, in words first and figures after. */
export function AnalysisSection({ endpoint }: { endpoint: Endpoint }) {
  const graft = useGraft();
  const may = useMay();
  const queryClient = useQueryClient();
  const { data: analysis } = useQuery({
    queryKey: ['analyses', endpoint.id],
    queryFn: () => graft.getAnalysis(endpoint.id),
  });
  const { submit, pending } = useSubmission(
    async () => {
      queryClient.setQueryData(['analyses', endpoint.id], await graft.analyseEndpoint(endpoint.id));
    },
    { announce: true },
  );
  const analyse = may('analysis:create') && (
    <Button variant="outlined" loading={pending} onClick={() => void submit()}>
      Analyse now
    </Button>
  );
  if (!analysis) {
    return (
      <Section title="Analysis">
        <EmptyState icon={InsightsIcon} title="Not analysed yet" action={analyse}>
          Once requests are answered and events come back, an analysis says which variant people prefer, or that it is
          too early to say.
        </EmptyState>
      </Section>
    );
  }
  return (
    <Section
      title="Analysis"
      action={analyse}
      hint={
        <>
          {analysis.metric.kind === 'conversion' ? 'Share of units with' : 'Mean value per unit of'}{' '}
          {analysis.metric.eventTypes.join(', ')} · <TimeAgo at={analysis.createdAt} />
        </>
      }
    >
      <AnalysisFigures analysis={analysis} />
    </Section>
  );
}

type VariantRow = Analysis['variants'][number] & { id: string };

export function AnalysisFigures({ analysis }: { analysis: Analysis }) {
  const verdict = outcomeWords[analysis.outcome];
  const split = sampleRatioState(analysis);
  const isShare = analysis.metric.kind === 'conversion';
  const columns: Column<VariantRow>[] = [
    { label: 'Variant', render: (variant) => variant.name },
    { label: 'Units', align: 'right', render: (variant) => formatCount(variant.n) },
    {
      label: isShare ? 'Converted' : 'Mean',
      align: 'right',
      render: (variant) => (isShare ? formatPercent(variant.mean, 2) : formatNumber(variant.mean)),
    },
  ];
  return (
    <Stack spacing={2.5}>
      <Box>
        <StatusChip state={analysis.outcome} label={verdict.title} />
        <Typography sx={{ mt: 1, fontSize: '1.0625rem', maxWidth: 820 }}>{analysis.sentence}</Typography>
        <Typography variant="body2" color="text.secondary" sx={{ mt: 0.5 }}>
          {verdict.advice}
        </Typography>
      </Box>
      <Alert severity={split.tone === 'bad' ? 'error' : split.tone === 'good' ? 'success' : 'info'}>
        <strong>{split.title}.</strong> {split.sentence}
      </Alert>
      {analysis.comparisons.map(
        (comparison) =>
          comparison.absolute && (
            <Box key={comparison.treatment}>
              <Typography variant="h3" sx={{ mb: 1 }}>
                {comparison.treatment} against the control
              </Typography>
              <DifferenceInterval
                estimate={comparison.absolute.estimate}
                interval={comparison.absolute.alwaysValid}
                tone={comparison.outcome === 'pass' ? 'good' : comparison.outcome === 'fail' ? 'bad' : 'unclear'}
                format={(value) => (isShare ? `${formatSigned(value, 2)}` : formatNumber(value))}
                {...(analysis.metric.better === 'lower' && { worse: 'better', better: 'worse' })}
              />
              <Typography variant="caption" color="text.secondary" component="p" sx={{ m: 0 }}>
                {comparison.relative && `${formatSigned(comparison.relative.estimate, 0)} relative. `}The band is the 95
                % interval that holds however often one looks; a single look would give{' '}
                {isShare ? formatSigned(comparison.absolute.fixed.low, 2) : formatNumber(comparison.absolute.fixed.low)}{' '}
                to{' '}
                {isShare
                  ? formatSigned(comparison.absolute.fixed.high, 2)
                  : formatNumber(comparison.absolute.fixed.high)}
                .
              </Typography>
            </Box>
          ),
      )}
      <RecordTable
        label="Counts by variant"
        rows={analysis.variants.map((variant) => ({ ...variant, id: variant.name }))}
        columns={columns}
      />
    </Stack>
  );
}
