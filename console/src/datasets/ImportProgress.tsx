import { Alert, Button, Pagination, Stack, Typography } from '@mui/material';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useGraft } from '../api/hooks.js';
import type { Import, ImportProblem } from '../api/schemas.js';
import { Figure, FigureRow } from '../ui/Figure.js';
import { formatCount } from '../ui/format.js';
import { Mono } from '../ui/Mono.js';
import { ProgressLine } from '../ui/ProgressLine.js';
import { RecordTable, type Column } from '../ui/RecordTable.js';
import { Section } from '../ui/Section.js';
import { StatusChip } from '../ui/StatusChip.js';

const running = (state: Import['state']): boolean => state === 'uploading' || state === 'queued' || state === 'running';

export function ImportProgress({
  importId,
  onDone,
  onAgain,
}: {
  importId: string;
  onDone: () => void;
  onAgain: () => void;
}) {
  const graft = useGraft();
  const { data, error } = useQuery({ queryKey: ['imports', importId], queryFn: () => graft.getImport(importId) });
  if (error) return <Alert severity="error">{error.message}</Alert>;
  if (!data) return <ProgressLine label="Looking for the import" fraction={0} />;
  return (
    <Stack spacing={2.5}>
      <Section title="Import" action={<StatusChip state={data.state} />}>
        <Stack spacing={2.5}>
          {running(data.state) && (
            <ProgressLine label={data.phase || 'Waiting for a worker'} fraction={data.progress} />
          )}
          {data.failure && <Alert severity="error">{data.failure.message}</Alert>}
          <FigureRow>
            <Figure label="Rows" value={formatCount(data.rows)} />
            <Figure label="Taken" value={formatCount(data.accepted)} accent />
            <Figure label="Refused" value={formatCount(data.rejected)} />
          </FigureRow>
          {!running(data.state) && (
            <Stack direction="row" spacing={1}>
              {data.versionId && (
                <Button variant="contained" onClick={onDone}>
                  See the pictures
                </Button>
              )}
              <Button variant="outlined" onClick={onAgain}>
                Import again
              </Button>
            </Stack>
          )}
        </Stack>
      </Section>
      {data.rejected > 0 && !running(data.state) && <ProblemTable importId={importId} />}
    </Stack>
  );
}

const perPage = 25;
const columns: Column<ImportProblem & { id: string }>[] = [
  { label: 'Row', render: (problem) => formatCount(problem.row) },
  { label: 'Item', render: (problem) => (problem.itemId ? <Mono>{problem.itemId}</Mono> : '–') },
  { label: 'Problem', render: (problem) => <StatusChip state={problem.code} tone="bad" /> },
  { label: 'What was found', render: (problem) => problem.message },
];

function ProblemTable({ importId }: { importId: string }) {
  const graft = useGraft();
  const [page, setPage] = useState(1);
  const { data } = useQuery({
    queryKey: ['imports', importId, 'problems', page],
    queryFn: () => graft.listImportProblems(importId, { page, perPage }),
    placeholderData: keepPreviousData,
  });
  const pages = Math.ceil((data?.total ?? 0) / perPage);
  return (
    <Section
      title="Refused rows"
      hint="Everything else was imported. Mend these in the manifest and import again."
      flush
    >
      <RecordTable
        label="Refused rows"
        rows={data?.items.map((problem, index) => ({ ...problem, id: `${problem.row}-${index}` }))}
        columns={columns}
      />
      {pages > 1 && (
        <Stack sx={{ p: 2, alignItems: 'center' }}>
          <Pagination page={page} count={pages} onChange={(_event, wanted) => setPage(wanted)} shape="rounded" />
        </Stack>
      )}
      {data && (
        <Typography variant="caption" color="text.secondary" sx={{ p: 2, display: 'block' }}>
          {formatCount(data.total)} refused in all
        </Typography>
      )}
    </Section>
  );
}
