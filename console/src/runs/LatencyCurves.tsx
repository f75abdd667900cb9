import { Box, useTheme } from '@mui/material';
import type { Report } from '../api/schemas.js';
import { LineFigure } from '../charts/LineFigure.js';
import { formatMs, formatNumber, formatPercent } from '../ui/format.js';
import { RecordTable, type Column } from '../ui/RecordTable.js';
import { Section } from '../ui/Section.js';
import { roleColor } from './candidateColors.js';
import { savingOf } from './reportWords.js';

type LatencyPoint = Report['latency'][number];
type RatioRow = Report['ratios'][number] & { id: string };

const ratioColumns: Column<RatioRow>[] = [
  { label: 'Images a request', render: (ratio) => ratio.imagesPerRequest },
  { label: 'Latency, native / swapped', render: (ratio) => `${formatNumber(ratio.latency.value)}×`, align: 'right' },
  {
    label: 'middle 95 % of rounds',
    render: (ratio) => `${formatNumber(ratio.latency.low)} to ${formatNumber(ratio.latency.high)}`,
    align: 'right',
    from: 'md',
  },
  { label: 'Cost, native / swapped', render: (ratio) => `${formatNumber(ratio.cost.value)}×`, align: 'right' },
  { label: 'Saved', render: (ratio) => formatPercent(savingOf(ratio.cost.value)), align: 'right' },
  { label: 'Rounds', render: (ratio) => ratio.rounds, align: 'right', from: 'md' },
];

export function LatencyCurves({ report, roles }: { report: Report; roles: Map<string, string> }) {
  const theme = useTheme();
  const byCandidate = [...Map.groupBy(report.latency, (point) => point.candidate)];
  const colors = byCandidate.map(([candidate]) => roleColor(roles.get(candidate), theme));
  const curves = (of: (point: LatencyPoint) => number) =>
    byCandidate.map(([candidate, points]) => ({
      id: candidate,
      label: candidate,
      points: points.map((point) => ({ x: point.imagesPerRequest, y: of(point) })),
    }));
  const chart = { colors, xLabel: 'images per request', logX: true, logY: true, marks: true, height: 300 };
  return (
    <>
      <Box sx={{ display: 'grid', gap: 2.5, gridTemplateColumns: 'repeat(auto-fit, minmax(340px, 1fr))' }}>
        <Section title="Latency, p50" hint="Milliseconds a request takes; both axes logarithmic.">
          <LineFigure
            label="Median latency by images per request"
            series={curves((point) => point.p50Ms)}
            format={formatMs}
            {...chart}
          />
        </Section>
        <Section
          title="Cost of 1,000 requests"
          hint={`${report.pricing.currency}, from CPU time; both axes logarithmic.`}
        >
          <LineFigure
            label="Cost of 1,000 requests by images per request"
            series={curves((point) => point.costPer1000)}
            format={formatNumber}
            {...chart}
          />
        </Section>
      </Box>
      {report.ratios.length > 0 && (
        <Section title="Native against swapped" flush>
          <RecordTable
            label="Ratios"
            rows={report.ratios.map((ratio) => ({ ...ratio, id: String(ratio.imagesPerRequest) }))}
            columns={ratioColumns}
          />
        </Section>
      )}
    </>
  );
}
