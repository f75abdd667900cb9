import { Box, Stack, Typography, useTheme } from '@mui/material';
import { formatPercent } from '../ui/format.js';

type Share = { name: string; weight: number; role: 'control' | 'treatment' };

/** How the units are divided between the variants: the control quiet, treatments in the accent. */
export function TrafficBar({ variants, labelled = false }: { variants: readonly Share[]; labelled?: boolean }) {
  const { palette } = useTheme();
  const description = variants.map((variant) => `${variant.name} ${formatPercent(variant.weight, 0)}`).join(', ');
  return (
    <Box role="img" aria-label={`Traffic: ${description}`} sx={{ minWidth: 120 }}>
      <Stack direction="row" spacing={0.5} sx={{ height: labelled ? 14 : 10 }}>
        {variants.map((variant) => (
          <Box
            key={variant.name}
            sx={{
              flexGrow: variant.weight,
              flexBasis: 0,
              minWidth: variant.weight > 0 ? 4 : 0,
              borderRadius: 1,
              bgcolor: variant.role === 'control' ? palette.text.secondary : palette.primary.main,
              opacity: variant.role === 'control' ? 0.55 : 1,
            }}
          />
        ))}
      </Stack>
      <Typography variant="caption" color="text.secondary" component="div" sx={{ mt: 0.5 }}>
        {description}
      </Typography>
    </Box>
  );
}
