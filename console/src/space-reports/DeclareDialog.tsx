import { MenuItem, TextField } from '@mui/material';
import { useState } from 'react';
import { useNotify } from 'react-admin';
import { useGraft, useSubmission } from '../api/hooks.js';
import { FormDialog } from '../ui/FormDialog.js';

export function DeclareDialog({ runId, onClose }: { runId: string; onClose: () => void }) {
  const graft = useGraft();
  const notify = useNotify();
  const [map, setMap] = useState<'none' | 'orthogonal'>('orthogonal');
  const [reason, setReason] = useState('');
  const { submit, pending, problem } = useSubmission(async () => {
    await graft.declareSpaceCompatibility({ runId, map, reason });
    notify('Declared compatible', { type: 'success' });
    onClose();
  });
  return (
    <FormDialog
      title="Declare the spaces compatible"
      explanation="Queries of the inspected space may then be asked in the other. It is refused unless at least 80 % of the ten nearest are found, surely, over at least 100 queries."
      submitLabel="Declare"
      pending={pending}
      problem={problem}
      onSubmit={() => void submit()}
      onClose={onClose}
    >
      <TextField
        select
        label="Queries are carried over"
        value={map}
        onChange={(event) => setMap(event.target.value as typeof map)}
      >
        <MenuItem value="orthogonal">through the orthogonal map of this run</MenuItem>
        <MenuItem value="none">as they are</MenuItem>
      </TextField>
      <TextField required multiline label="Why" value={reason} onChange={(event) => setReason(event.target.value)} />
    </FormDialog>
  );
}
