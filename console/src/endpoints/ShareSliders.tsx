import { Box, Slider, Stack, Typography } from '@mui/material';
import { formatPercent } from '../ui/format.js';
import { setShare, type Weighted } from './weights.js';

export function ShareSliders<V extends Weighted>({
  variants,
  onChange,
}: {
  variants: readonly V[];
  onChange: (variants: V[]) => void;
}) {
  return (
    <Stack spacing={1.5}>
      {variants.map((variant, index) => (
        <Box key={index} sx={{ display: 'grid', gridTemplateColumns: '120px 1fr 52px', gap: 2, alignItems: 'center' }}>
          <Typography variant="body2" noWrap sx={{ fontWeight: 600 }}>
            {variant.name || 'unnamed'}
          </Typography>
          <Slider
            value={Math.round(variant.weight * 100)}
            onChange={(_event, percent) => onChange(setShare(variants, index, percent / 100))}
            disabled={variants.length === 1}
            aria-label={`Share of ${variant.name}`}
            valueLabelDisplay="auto"
            valueLabelFormat={(percent) => `${percent}%`}
          />
          <Typography variant="body2" sx={{ textAlign: 'right', fontVariantNumeric: 'tabular-nums' }}>
            {formatPercent(variant.weight, 0)}
          </Typography>
        </Box>
      ))}
    </Stack>
  );
}
