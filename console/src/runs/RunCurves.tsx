import { Box, Typography } from '@mui/material';
import { useQuery } from '@tanstack/react-query';
import { useGraft } from '../api/hooks.js';
import type { Run } from '../api/schemas.js';
import { LineFigure } from '../charts/LineFigure.js';
import { groupByQuantity, metricSeries, quantityTitle } from '../charts/series.js';
import { formatNumber } from '../ui/format.js';
import { Section } from '../ui/Section.js';

/** One chart for each quantity a run reports; they grow while it runs, because its events make the query stale. */
export function RunCurves({ run }: { run: Run }) {
  const graft = useGraft();
  const { data } = useQuery({ queryKey: ['runs', 'metrics', run.id], queryFn: () => graft.listRunMetrics(run.id) });
  const groups = groupByQuantity(metricSeries(data?.items ?? []));
  if (groups.length === 0) {
    return (
      <Section title="Curves">
        <Typography variant="body2" color="text.secondary">
          {run.state === 'waiting' || run.state === 'queued'
            ? 'They appear when the run has started.'
            : 'This run reported no metrics.'}
        </Typography>
      </Section>
    );
  }
  return (
    <Box
      sx={{
        display: 'grid',
        gap: 2.5,
        gridTemplateColumns: groups.length > 1 ? 'repeat(auto-fit, minmax(300px, 1fr))' : '1fr',
      }}
    >
      {groups.map(({ quantity, series }) => {
        const last = series.map((one) => `${one.label} ${formatNumber(one.points.at(-1)?.y ?? NaN)}`).join(', ');
        return (
          <Section key={quantity} title={quantityTitle(quantity)} hint={`now: ${last}`}>
            <LineFigure label={`${quantity} by step; now ${last}`} series={series} xLabel="step" />
          </Section>
        );
      })}
    </Box>
  );
}
