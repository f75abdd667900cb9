import { FormControlLabel, Switch } from '@mui/material';
import { useState } from 'react';
import { useGraft, useSubmission } from '../api/hooks.js';
import type { SearchIndex } from '../api/schemas.js';
import { FormDialog } from '../ui/FormDialog.js';
import { SnapshotSelect } from './SnapshotSelect.js';

export function SwitchDialog({ index, onClose }: { index: SearchIndex; onClose: () => void }) {
  const graft = useGraft();
  const [snapshotId, setSnapshotId] = useState('');
  const [allowNewSpace, setAllowNewSpace] = useState(false);
  const { submit, pending, problem, fieldError } = useSubmission(async () => {
    await graft.switchSearchIndex(index.id, { snapshotId, allowNewSpace, encoderVersionId: null });
    onClose();
  });
  return (
    <FormDialog
      title="Switch to another snapshot"
      explanation="A second server starts with it. When it is ready it takes over in one step; what answers now stays warm for the way back."
      submitLabel="Switch"
      pending={pending}
      problem={problem}
      onSubmit={() => void submit()}
      onClose={onClose}
    >
      <SnapshotSelect
        value={snapshotId}
        onChange={setSnapshotId}
        datasetId={index.datasetId}
        error={fieldError('snapshotId')}
      />
      <FormControlLabel
        control={<Switch checked={allowNewSpace} onChange={(event) => setAllowNewSpace(event.target.checked)} />}
        label="Its space may differ: take that space’s own encoder for the questions"
      />
    </FormDialog>
  );
}
