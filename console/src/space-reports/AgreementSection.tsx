import { Stack, Typography, useTheme } from '@mui/material';
import type { SpaceReport } from '../api/schemas.js';
import { IntervalBar } from '../charts/IntervalBar.js';
import { formatPercent } from '../ui/format.js';
import { Section } from '../ui/Section.js';

/** What the space is about: the attributes that neighbours share. */
export function AgreementSection({ agreement }: { agreement: SpaceReport['agreement'] }) {
  const theme = useTheme();
  if (agreement.length === 0) return null;
  const lift = ({ neighbours, chance }: (typeof agreement)[number]) => neighbours.value - chance;
  const sorted = agreement.toSorted((a, b) => lift(b) - lift(a));
  return (
    <Section
      title="What neighbours share"
      hint={`Share of the ${agreement[0]!.k} nearest that carry an item’s own value, and what chance would give.`}
    >
      <Stack spacing={1.25}>
        {sorted.map((entry) => (
          <Stack key={entry.attribute} spacing={0.25}>
            <IntervalBar
              label={entry.attribute}
              value={entry.neighbours.value}
              interval={entry.neighbours}
              n={entry.neighbours.n}
              color={theme.palette.primary.main}
            />
            <Typography variant="caption" color="text.secondary">
              by chance {formatPercent(entry.chance)}
            </Typography>
          </Stack>
        ))}
      </Stack>
    </Section>
  );
}
