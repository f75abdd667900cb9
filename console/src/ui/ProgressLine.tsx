import { Box, LinearProgress, Stack, Typography } from '@mui/material';
import { formatPercent } from './format.js';

export function ProgressLine({ label, fraction }: { label: string; fraction: number }) {
  return (
    <Box>
      <Stack direction="row" sx={{ justifyContent: 'space-between', mb: 0.5, gap: 2 }}>
        <Typography variant="caption" color="text.secondary" noWrap>
          {label}
        </Typography>
        <Typography variant="caption" sx={{ fontVariantNumeric: 'tabular-nums' }}>
          {formatPercent(fraction, 0)}
        </Typography>
      </Stack>
      <LinearProgress variant="determinate" value={Math.min(100, fraction * 100)} aria-label={label} />
    </Box>
  );
}
