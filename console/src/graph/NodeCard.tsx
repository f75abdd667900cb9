import { Box, Typography } from '@mui/material';
import type { ReactNode } from 'react';
import { Link } from 'react-router-dom';

type NodeCardProps = {
  title: string;
  subtitle?: ReactNode;
  corner?: ReactNode;
  to?: string | undefined;
  emphasised?: boolean;
};

export function NodeCard({ title, subtitle, corner, to, emphasised = false }: NodeCardProps) {
  return (
    <Box
      {...(to && { component: Link, to })}
      sx={{
        display: 'flex',
        flexDirection: 'column',
        justifyContent: 'center',
        gap: 0.5,
        height: 1,
        px: 1.5,
        borderRadius: 2.5,
        border: 1,
        borderColor: emphasised ? 'primary.main' : 'divider',
        bgcolor: 'background.default',
        color: 'text.primary',
        textDecoration: 'none',
        minWidth: 0,
        ...(to && { '&:hover': { borderColor: 'primary.main' } }),
      }}
    >
      <Typography sx={{ fontSize: '0.875rem', fontWeight: 620, lineHeight: 1.3 }} noWrap title={title}>
        {title}
      </Typography>
      <Box sx={{ display: 'flex', alignItems: 'center', gap: 1, minWidth: 0 }}>
        {corner}
        {subtitle && (
          <Typography variant="caption" color="text.secondary" noWrap>
            {subtitle}
          </Typography>
        )}
      </Box>
    </Box>
  );
}
