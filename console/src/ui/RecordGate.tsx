import SearchOffIcon from '@mui/icons-material/SearchOff';
import { Box, Skeleton, Stack } from '@mui/material';
import type { ReactNode } from 'react';
import { refusalOf } from '../api/refusal.js';
import { EmptyState } from './EmptyState.js';

type Loaded<T> = { data: T | undefined; error: unknown; isPending: boolean };

/** Shows a skeleton, then the record, or why there is none. */
export function RecordGate<T>({ query, children }: { query: Loaded<T>; children: (record: T) => ReactNode }) {
  if (query.data !== undefined) return children(query.data);
  if (query.error) {
    const problem = refusalOf(query.error);
    return (
      <EmptyState icon={SearchOffIcon} title={problem.status === 404 ? 'Not found' : 'This could not be loaded'}>
        {problem.message}
      </EmptyState>
    );
  }
  return (
    <Box sx={{ maxWidth: 1240, mx: 'auto', p: 4 }} aria-busy="true" aria-label="Loading">
      <Stack spacing={2}>
        <Skeleton width={260} height={44} />
        <Skeleton variant="rounded" height={160} />
        <Skeleton variant="rounded" height={240} />
      </Stack>
    </Box>
  );
}
