import { Box, Stack, Typography } from '@mui/material';
import type { SpaceReport } from '../api/schemas.js';
import { Picture } from '../datasets/Picture.js';
import { formatNumber } from '../ui/format.js';
import { Section } from '../ui/Section.js';

type Grid = SpaceReport['grids'][number];

/** Sampled items with what lies next to them; where two snapshots are compared, before and after one below the other. */
export function NeighbourGrids({
  grids,
  versionId,
  compared,
}: {
  grids: readonly Grid[];
  versionId: string | null;
  compared: boolean;
}) {
  if (versionId === null) return null;
  return (
    <Section
      title={compared ? 'The same questions, here and there' : 'Nearest neighbours'}
      hint={
        compared
          ? 'First row: neighbours in the inspected snapshot. Second row: in the other one. A frame marks what only one of them found.'
          : 'The item on the left, then what lies nearest to it.'
      }
    >
      <Stack component="ul" spacing={3} sx={{ listStyle: 'none', m: 0, p: 0 }}>
        {grids.map((grid) => (
          <Box
            component="li"
            key={grid.itemId}
            sx={{ display: 'grid', gridTemplateColumns: { xs: '76px 1fr', sm: '112px 1fr' }, gap: 2.5 }}
          >
            <Box>
              <Picture versionId={versionId} itemId={grid.itemId} title={grid.itemId} />
              <Typography variant="caption" color="text.secondary" noWrap component="div" title={grid.itemId}>
                {grid.itemId}
              </Typography>
            </Box>
            <Stack spacing={1} sx={{ minWidth: 0 }}>
              <Row grid={grid} side="neighbours" other={grid.against} versionId={versionId} />
              {grid.against && <Row grid={grid} side="against" other={grid.neighbours} versionId={versionId} />}
              {compared && !grid.against && (
                <Typography variant="caption" color="text.secondary">
                  The other snapshot does not hold this item.
                </Typography>
              )}
            </Stack>
          </Box>
        ))}
      </Stack>
    </Section>
  );
}

function Row({
  grid,
  side,
  other,
  versionId,
}: {
  grid: Grid;
  side: 'neighbours' | 'against';
  other: Grid['against'];
  versionId: string;
}) {
  const known = other && new Set(other.map(({ itemId }) => itemId));
  return (
    <Box
      component="ol"
      tabIndex={0}
      aria-label={`Neighbours of ${grid.itemId}${side === 'against' ? ' in the other snapshot' : ''}`}
      sx={{ listStyle: 'none', m: 0, p: 0.5, display: 'flex', gap: 1, overflowX: 'auto' }}
    >
      {grid[side]?.map(({ itemId, score }) => {
        const own = known !== null && !known.has(itemId);
        return (
          <Box
            component="li"
            key={itemId}
            title={`${itemId}, cosine ${formatNumber(score)}${own ? ', only here' : ''}`}
            sx={{
              flex: 'none',
              borderRadius: 1.5,
              outline: own ? 2 : 0,
              outlineStyle: 'solid',
              outlineColor: side === 'against' ? 'warning.main' : 'primary.main',
            }}
          >
            <Picture versionId={versionId} itemId={itemId} title={itemId} side={72} />
          </Box>
        );
      })}
    </Box>
  );
}
