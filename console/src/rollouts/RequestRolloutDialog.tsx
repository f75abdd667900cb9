import { MenuItem, TextField } from '@mui/material';
import { useState } from 'react';
import { useNavigate } from 'react-router-dom';
import { useGraft, useRows, useSubmission } from '../api/hooks.js';
import type { Endpoint, ModelVersion } from '../api/schemas.js';
import { FormDialog } from '../ui/FormDialog.js';

export function RequestRolloutDialog({
  versions,
  onClose,
}: {
  versions: readonly ModelVersion[];
  onClose: () => void;
}) {
  const graft = useGraft();
  const navigate = useNavigate();
  const candidates = versions.filter((version) => !version.aliases.includes('champion'));
  const [chosen, choose] = useState<string | null>(null);
  const modelVersionId = chosen ?? candidates[0]?.id ?? '';
  const [endpointId, setEndpointId] = useState('');
  const [reason, setReason] = useState('');
  const modelId = versions[0]?.modelId;
  const { data: endpoints = [] } = useRows<Endpoint>('endpoints', modelId ? { modelId } : {});
  const { submit, pending, problem, fieldError } = useSubmission(async () => {
    const rollout = await graft.requestRollout({ modelVersionId, reason, ...(endpointId && { endpointId }) });
    await navigate(`/rollouts/${rollout.id}/show`);
  });
  return (
    <FormDialog
      title="Request a rollout"
      explanation="Ask an administrator to make this version champion. The evidence is collected now and cannot be changed afterwards."
      submitLabel="Request"
      pending={pending}
      problem={problem}
      onSubmit={() => void submit()}
      onClose={onClose}
    >
      <TextField
        select
        label="Version"
        required
        value={modelVersionId}
        onChange={(event) => choose(event.target.value)}
        helperText={candidates.length === 0 ? 'The only version already is champion' : undefined}
      >
        {candidates.map((version) => (
          <MenuItem key={version.id} value={version.id}>
            {version.modelName} version {version.version}
          </MenuItem>
        ))}
      </TextField>
      <TextField
        select
        label="Evidence from endpoint"
        value={endpointId}
        onChange={(event) => setEndpointId(event.target.value)}
        helperText="Its latest analysis becomes part of the evidence"
      >
        <MenuItem value="">
          <em>none</em>
        </MenuItem>
        {endpoints.map((endpoint) => (
          <MenuItem key={endpoint.id} value={endpoint.id}>
            {endpoint.name}
          </MenuItem>
        ))}
      </TextField>
      <TextField
        label="Why"
        required
        multiline
        minRows={3}
        value={reason}
        onChange={(event) => setReason(event.target.value)}
        error={Boolean(fieldError('reason'))}
        helperText={fieldError('reason') ?? 'What gets better, for whom, and what might get worse'}
      />
    </FormDialog>
  );
}
