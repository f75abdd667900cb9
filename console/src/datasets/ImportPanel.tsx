import { Alert, Stack } from '@mui/material';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useSearchParams } from 'react-router-dom';
import { useGraft, useRows, useSubmission } from '../api/hooks.js';
import type { Import } from '../api/schemas.js';
import type { ImportUpload } from '../api/uploadImport.js';
import { formatCount } from '../ui/format.js';
import { ProgressLine } from '../ui/ProgressLine.js';
import { RecordTable, type Column } from '../ui/RecordTable.js';
import { Section } from '../ui/Section.js';
import { StatusChip } from '../ui/StatusChip.js';
import { TimeAgo } from '../ui/TimeAgo.js';
import { FolderForm } from './FolderForm.js';
import { ImportProgress } from './ImportProgress.js';

/** Choose a folder, watch it go up, then watch the import. The import's id lives in the address: a reload finds it again. */
export function ImportPanel({ datasetId, onDone }: { datasetId: string; onDone: () => void }) {
  const graft = useGraft();
  const queryClient = useQueryClient();
  const [search, setSearch] = useSearchParams();
  const importId = search.get('import');
  const [sent, setSent] = useState<number | null>(null);
  const showImport = (id: string | null) =>
    setSearch((previous) => {
      if (id) previous.set('import', id);
      else previous.delete('import');
      return previous;
    });
  const { submit, pending, problem } = useSubmission(async (upload: ImportUpload) => {
    setSent(0);
    const started = await graft.importDataset(datasetId, upload, setSent).finally(() => setSent(null));
    showImport(started.id);
    await queryClient.invalidateQueries({ queryKey: ['datasets'] });
  });

  if (importId) return <ImportProgress importId={importId} onDone={onDone} onAgain={() => showImport(null)} />;
  return (
    <>
      <Section
        title="Import a folder"
        hint="Pictures and a manifest (CSV or JSONL). Rows that cannot be read are listed one by one; the rest becomes a new version."
      >
        <Stack spacing={2.5}>
          {problem && (
            <Alert severity="error">
              {problem.message}
              {problem.fields.map((entry) => (
                <div key={entry.field}>
                  {entry.field}: {entry.message}
                </div>
              ))}
            </Alert>
          )}
          {sent === null ? (
            <FolderForm pending={pending} onSubmit={(upload) => void submit(upload)} />
          ) : (
            <ProgressLine label={sent < 1 ? 'Sending the files' : 'Sent; the server is storing them'} fraction={sent} />
          )}
        </Stack>
      </Section>
      <EarlierImports datasetId={datasetId} />
    </>
  );
}

const columns: Column<Import>[] = [
  { label: 'Started', render: (entry) => <TimeAgo at={entry.createdAt} /> },
  { label: 'State', render: (entry) => <StatusChip state={entry.state} /> },
  { label: 'Rows', align: 'right', render: (entry) => formatCount(entry.rows) },
  { label: 'Taken', align: 'right', render: (entry) => formatCount(entry.accepted) },
  { label: 'Refused', align: 'right', render: (entry) => formatCount(entry.rejected) },
];

function EarlierImports({ datasetId }: { datasetId: string }) {
  const { data } = useRows<Import>('imports', { datasetId }, 25);
  if (!data || data.length === 0) return null;
  return (
    <Section title="Earlier imports" hint="Each keeps the list of the rows it refused." flush>
      <RecordTable
        label="Earlier imports"
        rows={data}
        columns={columns}
        linkTo={(entry) => `/datasets/${datasetId}/show?tab=import&import=${entry.id}`}
      />
    </Section>
  );
}
