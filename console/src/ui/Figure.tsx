import { Box, Skeleton, Typography } from '@mui/material';
import type { ReactNode } from 'react';

type FigureProps = { label: string; value: ReactNode; detail?: ReactNode; accent?: boolean };

/** One headline number with what it means and how sure it is. */
export function Figure({ label, value, detail, accent = false }: FigureProps) {
  return (
    <Box sx={{ minWidth: 0 }}>
      <Typography variant="body2" color="text.secondary">
        {label}
      </Typography>
      <Typography
        component="div"
        sx={{
          fontSize: '1.75rem',
          fontWeight: 650,
          letterSpacing: '-0.02em',
          lineHeight: 1.3,
          fontVariantNumeric: 'tabular-nums',
          color: accent ? 'primary.main' : 'text.primary',
        }}
      >
        {value ?? <Skeleton width={90} />}
      </Typography>
      {detail && (
        <Typography variant="caption" color="text.secondary" component="div">
          {detail}
        </Typography>
      )}
    </Box>
  );
}

/** Figures side by side, as many in a row as fit. */
export function FigureRow({ children }: { children: ReactNode }) {
  return (
    <Box sx={{ display: 'grid', gap: 3, gridTemplateColumns: 'repeat(auto-fit, minmax(160px, 1fr))' }}>{children}</Box>
  );
}
