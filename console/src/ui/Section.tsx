import { Box, Paper, Stack, Typography } from '@mui/material';
import { useId, type ReactNode } from 'react';

type SectionProps = { title?: string; hint?: ReactNode; action?: ReactNode; flush?: boolean; children: ReactNode };

/** A card with an optional heading. `flush` lets a table or a picture reach the card's edges. */
export function Section({ title, hint, action, flush = false, children }: SectionProps) {
  const headingId = useId();
  return (
    <Paper
      variant="outlined"
      component="section"
      aria-labelledby={title ? headingId : undefined}
      sx={{ overflow: 'hidden', minWidth: 0 }}
    >
      {title && (
        <Stack
          direction="row"
          useFlexGap
          spacing={2}
          sx={{
            px: 2.5,
            pt: 2,
            pb: flush ? 1.5 : 0,
            justifyContent: 'space-between',
            alignItems: 'flex-start',
            flexWrap: 'wrap',
          }}
        >
          <Box sx={{ flex: '1 1 150px', minWidth: 0 }}>
            <Typography variant="h2" id={headingId}>
              {title}
            </Typography>
            {hint && (
              <Typography variant="body2" color="text.secondary" component="div" sx={{ mt: 0.25 }}>
                {hint}
              </Typography>
            )}
          </Box>
          {action}
        </Stack>
      )}
      <Box sx={flush ? { overflowX: 'auto' } : { px: 2.5, pt: title ? 1.5 : 2, pb: 2.25 }}>{children}</Box>
    </Paper>
  );
}
