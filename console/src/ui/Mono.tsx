import { Box, type SxProps } from '@mui/material';
import type { ReactNode } from 'react';
import { fonts } from '../theme/tokens.js';

export function Mono({ children, sx = {} }: { children: ReactNode; sx?: SxProps }) {
  return (
    <Box component="span" sx={[{ fontFamily: fonts.mono, fontSize: '0.8125rem' }, sx] as SxProps}>
      {children}
    </Box>
  );
}

/** A block of machine-readable text: keyboard-scrollable, so that nothing in it is out of reach. */
export function CodeBlock({
  label,
  children,
  maxHeight = 420,
}: {
  label: string;
  children: string;
  maxHeight?: number;
}) {
  return (
    <Box
      component="pre"
      tabIndex={0}
      role="region"
      aria-label={label}
      sx={{
        m: 0,
        p: 2,
        overflow: 'auto',
        maxHeight,
        borderRadius: 2,
        bgcolor: 'background.default',
        border: 1,
        borderColor: 'divider',
        fontFamily: fonts.mono,
        fontSize: '0.8125rem',
        lineHeight: 1.6,
      }}
    >
      {children}
    </Box>
  );
}
