import FactCheckIcon from '@mui/icons-material/FactCheckOutlined';
import { Box, Stack, Typography } from '@mui/material';
import type { Evidence, Rollout } from '../api/contract.js';
import { EmptyState } from '../ui/EmptyState.js';
import { Figure } from '../ui/Figure.js';
import { formatCount, formatNumber, formatSigned } from '../ui/format.js';
import { Section } from '../ui/Section.js';
import { StatusChip } from '../ui/StatusChip.js';
import { TimeAgo } from '../ui/TimeAgo.js';

type EvidenceFigure = Evidence['figures'][number];

const valueText = ({ unit }: EvidenceFigure, value: number): string =>
  unit === 'relative' || unit === 'absolute' ? formatSigned(value, unit === 'absolute' ? 2 : 0) : `${formatNumber(value)}${unit === 'x' ? '×' : unit && ` ${unit}`}`;

function detail(figure: EvidenceFigure): string {
  const interval = figure.low !== undefined && figure.high !== undefined ? `${valueText(figure, figure.low)} to ${valueText(figure, figure.high)}` : '';
  return [interval, figure.n === undefined ? '' : `n ${formatCount(figure.n)}`].filter(Boolean).join(', ');
}

export function EvidenceSection({ rollout }: { rollout: Rollout }) {
  return (
    <Section title="Evidence so far" hint="Recorded when the rollout was requested and never changed since.">
      {rollout.evidence.length === 0 ? (
        <EmptyState icon={FactCheckIcon} title="No evidence">
          Neither an evaluation nor an analysis speaks for this version.
        </EmptyState>
      ) : (
        <Stack spacing={2.5} sx={{ mt: 1 }}>
          {rollout.evidence.map((evidence) => (
            <Box key={evidence.id} sx={{ borderTop: 1, borderColor: 'divider', pt: 2 }}>
              <Stack direction="row" useFlexGap spacing={1.5} sx={{ alignItems: 'center', flexWrap: 'wrap', mb: 1.5 }}>
                <StatusChip state={evidence.outcome} />
                <Typography variant="h3">{evidence.title}</Typography>
                <Typography variant="caption" color="text.secondary">
                  <TimeAgo at={evidence.recordedAt} />
                </Typography>
              </Stack>
              <Box sx={{ display: 'grid', gap: 3, gridTemplateColumns: 'repeat(auto-fill, minmax(190px, 1fr))' }}>
                {evidence.figures.map((figure) => (
                  <Figure key={figure.name} label={figure.name} value={valueText(figure, figure.value)} detail={detail(figure)} />
                ))}
              </Box>
            </Box>
          ))}
        </Stack>
      )}
    </Section>
  );
}
