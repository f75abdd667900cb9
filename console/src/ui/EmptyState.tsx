import { Box, Stack, Typography } from '@mui/material';
import type { SvgIconComponent } from '@mui/icons-material';
import type { ReactNode } from 'react';

type EmptyStateProps = { icon: SvgIconComponent; title: string; action?: ReactNode; children: ReactNode };

/** Says why nothing is here and what to do about it. */
export function EmptyState({ icon: Icon, title, action, children }: EmptyStateProps) {
  return (
    <Stack sx={{ alignItems: 'center', textAlign: 'center', py: 6, px: 3 }}>
      <Box
        sx={{
          display: 'grid',
          placeItems: 'center',
          width: 52,
          height: 52,
          borderRadius: '50%',
          bgcolor: 'action.hover',
          mb: 2,
        }}
      >
        <Icon sx={{ color: 'primary.main' }} />
      </Box>
      <Typography variant="h2" component="p">
        {title}
      </Typography>
      <Typography color="text.secondary" variant="body2" component="div" sx={{ mt: 0.5, maxWidth: 460 }}>
        {children}
      </Typography>
      {action && <Box sx={{ mt: 2.5 }}>{action}</Box>}
    </Stack>
  );
}
