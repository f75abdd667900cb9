import { Box, Typography } from '@mui/material';
import type { Bounds } from '../api/schemas.js';
import { differenceScale } from './differenceScale.js';

type DifferenceIntervalProps = {
  estimate: number;
  interval: Bounds;
  tone: 'good' | 'bad' | 'unclear';
  format: (value: number) => string;
  worse?: string;
  better?: string;
};

/** A difference with its interval against zero: wholly right of the line is better, wholly left is worse, across it is unclear. */
export function DifferenceInterval({
  estimate,
  interval,
  tone,
  format,
  worse = 'worse',
  better = 'better',
}: DifferenceIntervalProps) {
  const at = differenceScale(estimate, interval);
  const color = tone === 'good' ? 'success.main' : tone === 'bad' ? 'error.main' : 'warning.main';
  const percent = (share: number) => `${100 * share}%`;
  return (
    <Box
      role="img"
      aria-label={`Difference ${format(estimate)}, interval ${format(interval.low)} to ${format(interval.high)}`}
    >
      <Box sx={{ display: 'flex', justifyContent: 'space-between', mb: 0.5 }}>
        <Typography variant="caption" color="text.secondary">
          ← {worse}
        </Typography>
        <Typography variant="caption" color="text.secondary">
          {better} →
        </Typography>
      </Box>
      <Box
        sx={{
          position: 'relative',
          height: 56,
          borderRadius: 2,
          bgcolor: 'background.default',
          border: 1,
          borderColor: 'divider',
        }}
      >
        <Box
          sx={{
            position: 'absolute',
            left: percent(at.zero),
            top: 0,
            bottom: 0,
            borderLeft: '1.5px dashed',
            borderColor: 'text.secondary',
          }}
        />
        <Box
          sx={{
            position: 'absolute',
            left: percent(at.low),
            width: percent(at.high - at.low),
            top: 22,
            height: 12,
            borderRadius: 6,
            bgcolor: color,
            opacity: 0.35,
          }}
        />
        <Box
          sx={{
            position: 'absolute',
            left: percent(at.estimate),
            top: 19,
            width: 18,
            height: 18,
            ml: '-9px',
            borderRadius: '50%',
            bgcolor: color,
            border: 3,
            borderColor: 'background.paper',
          }}
        />
      </Box>
      <Box sx={{ position: 'relative', height: 22, mt: 0.5 }}>
        {[
          { key: 'low', at: at.low, text: format(interval.low), shift: '-100%' },
          { key: 'high', at: at.high, text: format(interval.high), shift: '0%' },
          { key: 'estimate', at: at.estimate, text: format(estimate), shift: '-50%' },
        ].map((tick) => (
          <Typography
            key={tick.key}
            variant="caption"
            sx={{
              position: 'absolute',
              left: percent(tick.at),
              transform: `translateX(${tick.shift})`,
              whiteSpace: 'nowrap',
              fontVariantNumeric: 'tabular-nums',
              fontWeight: tick.key === 'estimate' ? 700 : 400,
              color: tick.key === 'estimate' ? 'text.primary' : 'text.secondary',
              display: tick.key !== 'estimate' && at.high - at.low < 0.18 ? 'none' : 'block',
            }}
          >
            {tick.text}
          </Typography>
        ))}
      </Box>
    </Box>
  );
}
