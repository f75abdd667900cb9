import { Box, Stack, Typography } from '@mui/material';
import type { LiveSnapshot } from '../api/schemas.js';
import { formatCount, formatPercent } from '../ui/format.js';

type Coverage = LiveSnapshot['coverage'];

const parts = [
  { key: 'covered', label: 'with the vector of their picture', color: 'success.main' },
  { key: 'stale', label: 'whose picture has changed since', color: 'warning.main' },
  { key: 'missing', label: 'without a vector', color: 'error.main' },
] as const;

/** How much of the newest dataset version the live vectors still stand for. */
export function CoverageBar({ coverage }: { coverage: Coverage }) {
  const share = (count: number): number => (coverage.items === 0 ? 0 : count / coverage.items);
  const sentence = parts
    .filter(({ key }) => coverage[key] > 0 || key === 'covered')
    .map(({ key, label }) => `${formatCount(coverage[key])} ${label}`)
    .join(', ');
  return (
    <Stack spacing={0.75}>
      <Box
        role="img"
        aria-label={`Of ${formatCount(coverage.items)} items: ${sentence}`}
        sx={{ display: 'flex', height: 12, borderRadius: 6, overflow: 'hidden', bgcolor: 'action.hover' }}
      >
        {parts.map(({ key, color }) => (
          <Box key={key} sx={{ width: `${100 * share(coverage[key])}%`, bgcolor: color }} />
        ))}
      </Box>
      <Typography variant="body2" color="text.secondary">
        {formatPercent(share(coverage.covered))} covered: of {formatCount(coverage.items)} items {sentence}.
      </Typography>
    </Stack>
  );
}
