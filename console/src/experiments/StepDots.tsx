import { Box, Stack, Tooltip } from '@mui/material';
import type { Run, RunState } from '../api/schemas.js';

const dotColor: Record<RunState, string> = {
  waiting: 'action.disabled',
  queued: 'action.disabled',
  running: 'info.main',
  succeeded: 'success.main',
  failed: 'error.main',
  cancelled: 'action.disabled',
};

/** The steps of an experiment as one short line, so that a list shows how far each got. */
export function StepDots({ runs }: { runs: readonly Run[] }) {
  const done = runs.filter((run) => run.state === 'succeeded').length;
  return (
    <Stack
      direction="row"
      spacing={0.5}
      role="img"
      aria-label={`${done} of ${runs.length} steps succeeded`}
      sx={{ alignItems: 'center' }}
    >
      {runs.map((run) => (
        <Tooltip key={run.id} title={`${run.name}: ${run.state}`}>
          <Box sx={{ width: 18, height: 8, borderRadius: 1, bgcolor: dotColor[run.state] }} />
        </Tooltip>
      ))}
    </Stack>
  );
}
