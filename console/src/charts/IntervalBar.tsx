import { Box, Tooltip, Typography } from '@mui/material';
import type { Bounds } from '../api/schemas.js';
import { formatPercent } from '../ui/format.js';

type IntervalBarProps = {
  label: string;
  value: number;
  interval: Bounds;
  n: number;
  color: string;
  emphasised?: boolean;
};

/** A share between 0 and 100 % as a bar, with its 95 % interval as a whisker. */
export function IntervalBar({ label, value, interval, n, color, emphasised = false }: IntervalBarProps) {
  const percent = (share: number) => `${100 * Math.min(1, Math.max(0, share))}%`;
  const range = `${formatPercent(interval.low)} to ${formatPercent(interval.high)}`;
  return (
    <Box
      sx={{
        display: 'grid',
        gridTemplateColumns: { xs: '96px 1fr 60px', sm: '150px 1fr 150px' },
        gap: 2,
        alignItems: 'center',
      }}
    >
      <Typography variant="body2" noWrap title={label} sx={{ fontWeight: emphasised ? 650 : 500 }}>
        {label}
      </Typography>
      <Tooltip title={`${formatPercent(value)}, 95 % interval ${range}, ${n} items`}>
        <Box
          tabIndex={0}
          role="img"
          aria-label={`${label}: ${formatPercent(value)}, 95 % interval ${range}`}
          sx={{ position: 'relative', height: 22, borderRadius: 1, bgcolor: 'action.hover' }}
        >
          <Box
            sx={{
              position: 'absolute',
              insetBlock: 0,
              left: 0,
              width: percent(value),
              borderRadius: 1,
              bgcolor: color,
              opacity: 0.88,
            }}
          />
          <Box
            sx={{
              position: 'absolute',
              top: '50%',
              left: percent(interval.low),
              width: `calc(${percent(interval.high)} - ${percent(interval.low)})`,
              height: 2,
              mt: '-1px',
              bgcolor: 'text.primary',
            }}
          />
          {[interval.low, interval.high].map((end) => (
            <Box
              key={end}
              sx={{
                position: 'absolute',
                top: 6,
                bottom: 6,
                width: 2,
                ml: '-1px',
                left: percent(end),
                bgcolor: 'text.primary',
              }}
            />
          ))}
        </Box>
      </Tooltip>
      <Typography variant="body2" sx={{ fontVariantNumeric: 'tabular-nums' }}>
        <strong>{formatPercent(value)}</strong>
        <Box component="span" sx={{ color: 'text.secondary', display: { xs: 'none', sm: 'inline' } }}>
          {' '}
          ±{(50 * (interval.high - interval.low)).toFixed(1)}
        </Box>
      </Typography>
    </Box>
  );
}
