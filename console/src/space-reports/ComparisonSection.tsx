import { Button, Stack, Typography, useTheme } from '@mui/material';
import { useState } from 'react';
import { useMay } from '../api/hooks.js';
import type { Run, SpaceReport } from '../api/schemas.js';
import { IntervalBar } from '../charts/IntervalBar.js';
import { Facts } from '../ui/Facts.js';
import { formatCount, formatNumber, shortHash } from '../ui/format.js';
import { Section } from '../ui/Section.js';
import { DeclareDialog } from './DeclareDialog.js';

type Against = NonNullable<SpaceReport['against']>;

/** How far the other snapshot is: neighbours in common, and whether queries of one can be asked in the other. */
export function ComparisonSection({
  run,
  against,
  space,
}: {
  run: Run;
  against: Against;
  space: SpaceReport['space'];
}) {
  const may = useMay();
  const [declaring, setDeclaring] = useState(false);
  const { crossQueries } = against;
  const sameSpace = against.space.id === space.id;
  return (
    <Section
      title="Against the other snapshot"
      hint={`Over the ${formatCount(against.sharedItems)} items that both hold.`}
      action={
        !sameSpace &&
        crossQueries &&
        may('spaces:declare') && (
          <Button size="small" variant="outlined" onClick={() => setDeclaring(true)}>
            Declare compatible
          </Button>
        )
      }
    >
      <Stack spacing={3}>
        <Facts
          facts={[
            ['Space', sameSpace ? 'the same' : shortHash(against.space.id)],
            ['Length of its vectors', `${formatNumber(against.norms.mean)} ± ${formatNumber(against.norms.deviation)}`],
            [
              'Shift of the centroid',
              against.centroidShift === null ? 'dimensions differ' : formatNumber(against.centroidShift),
            ],
          ]}
        />
        <Overlaps title="Neighbours in common, each in its own space" overlaps={against.neighbourOverlap} />
        {crossQueries && (
          <>
            <Overlaps title="Queries of this space asked in the other, as they are" overlaps={crossQueries.unmapped} />
            <Overlaps
              title={`The same through an orthogonal map (fitted on ${formatCount(crossQueries.fittedOn)} other items)`}
              overlaps={crossQueries.mapped}
            />
          </>
        )}
      </Stack>
      {declaring && <DeclareDialog runId={run.id} onClose={() => setDeclaring(false)} />}
    </Section>
  );
}

function Overlaps({ title, overlaps }: { title: string; overlaps: Against['neighbourOverlap'] }) {
  const theme = useTheme();
  return (
    <Stack spacing={1}>
      <Typography variant="h3">{title}</Typography>
      {overlaps.map(({ k, overlap }) => (
        <IntervalBar
          key={k}
          label={k === 1 ? 'nearest' : `${k} nearest`}
          value={overlap.value}
          interval={overlap}
          n={overlap.n}
          color={theme.palette.primary.main}
        />
      ))}
    </Stack>
  );
}
