import { Button, MenuItem, TextField } from '@mui/material';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useGraft, useSubmission } from '../api/hooks.js';
import type { Model, ModelVersion } from '../api/schemas.js';
import { FormDialog } from '../ui/FormDialog.js';

type AliasDialogProps = {
  model: Model;
  versions: readonly ModelVersion[];
  alias: string;
  onClose: () => void;
  onRollout: () => void;
};

/** Points an alias at a version. For `champion` the server refuses and says why; the way that works is offered beside the refusal. */
export function AliasDialog({ model, versions, alias, onClose, onRollout }: AliasDialogProps) {
  const graft = useGraft();
  const queryClient = useQueryClient();
  const [name, setName] = useState(alias);
  const [chosen, choose] = useState<string | null>(null);
  const versionId = chosen ?? versions[0]?.id ?? '';
  const { submit, pending, problem, fieldError } = useSubmission(async () => {
    await graft.setModelAlias(model.id, name, versionId);
    await queryClient.invalidateQueries({ queryKey: ['models'] });
    await queryClient.invalidateQueries({ queryKey: ['model-versions'] });
    onClose();
  });
  return (
    <FormDialog
      title={alias ? `Move ${alias}` : 'New alias'}
      submitLabel="Move"
      pending={pending}
      problem={problem}
      onSubmit={() => void submit()}
      onClose={onClose}
    >
      {!alias && (
        <TextField
          label="Alias"
          required
          autoFocus
          value={name}
          onChange={(event) => setName(event.target.value)}
          error={Boolean(fieldError('alias'))}
          helperText={fieldError('alias') ?? 'for example candidate or staging'}
        />
      )}
      <TextField select label="Version" required value={versionId} onChange={(event) => choose(event.target.value)}>
        {versions.map((version) => (
          <MenuItem key={version.id} value={version.id}>
            Version {version.version}
          </MenuItem>
        ))}
      </TextField>
      {problem?.code === 'champion-protected' && (
        <Button
          variant="outlined"
          onClick={() => {
            onClose();
            onRollout();
          }}
        >
          Request a rollout instead
        </Button>
      )}
    </FormDialog>
  );
}
