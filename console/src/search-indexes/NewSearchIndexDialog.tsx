import { FormControlLabel, Switch, TextField } from '@mui/material';
import { useState } from 'react';
import { useNavigate } from 'react-router-dom';
import { useGraft, useSubmission } from '../api/hooks.js';
import { FormDialog } from '../ui/FormDialog.js';
import { SnapshotSelect } from './SnapshotSelect.js';

export function NewSearchIndexDialog({ onClose }: { onClose: () => void }) {
  const graft = useGraft();
  const navigate = useNavigate();
  const [name, setName] = useState('');
  const [snapshotId, setSnapshotId] = useState('');
  const [followLive, setFollowLive] = useState(true);
  const { submit, pending, problem, fieldError } = useSubmission(async () => {
    const index = await graft.createSearchIndex({ name, snapshotId, encoderVersionId: null, followLive });
    void navigate(`/search-indexes/${index.id}/show`);
  });
  return (
    <FormDialog
      title="New search index"
      explanation="It answers from one snapshot. The encoder that made the snapshot reads the questions, in a sandbox of its own."
      submitLabel="Create"
      pending={pending}
      problem={problem}
      onSubmit={() => void submit()}
      onClose={onClose}
    >
      <TextField
        required
        autoFocus
        label="Name"
        value={name}
        onChange={(event) => setName(event.target.value)}
        error={fieldError('name') !== undefined}
        helperText={fieldError('name') ?? 'Part of its address: letters, digits, dots and dashes'}
      />
      <SnapshotSelect value={snapshotId} onChange={setSnapshotId} error={fieldError('snapshotId')} />
      <FormControlLabel
        control={<Switch checked={followLive} onChange={(event) => setFollowLive(event.target.checked)} />}
        label="Follow the live snapshot of its space"
      />
    </FormDialog>
  );
}
