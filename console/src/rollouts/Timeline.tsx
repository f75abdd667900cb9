import { Box, Stack, Typography } from '@mui/material';
import type { RolloutDetail } from '../api/schemas.js';
import { TimeAgo } from '../ui/TimeAgo.js';

/** Who moved the rollout where, and what they said. */
export function Timeline({ moves }: Pick<RolloutDetail, 'moves'>) {
  return (
    <Stack component="ol" sx={{ listStyle: 'none', p: 0, m: 0 }}>
      {moves.map((move, index) => (
        <Box
          component="li"
          key={`${move.at} ${move.state}`}
          sx={{ display: 'grid', gridTemplateColumns: '20px 1fr', gap: 1.5 }}
        >
          <Box sx={{ display: 'flex', flexDirection: 'column', alignItems: 'center' }}>
            <Box sx={{ width: 10, height: 10, mt: '7px', borderRadius: '50%', bgcolor: 'primary.main' }} />
            {index < moves.length - 1 && <Box sx={{ flex: 1, width: 2, bgcolor: 'divider', mt: 0.5 }} />}
          </Box>
          <Box sx={{ pb: index < moves.length - 1 ? 2 : 0 }}>
            <Typography variant="body2">
              <strong>{move.state.replaceAll('-', ' ')}</strong> by {move.person.name}, <TimeAgo at={move.at} />
            </Typography>
            {move.comment && move.comment !== moves[index - 1]?.comment && (
              <Typography variant="body2" color="text.secondary" sx={{ whiteSpace: 'pre-wrap' }}>
                “{move.comment}”
              </Typography>
            )}
          </Box>
        </Box>
      ))}
    </Stack>
  );
}
