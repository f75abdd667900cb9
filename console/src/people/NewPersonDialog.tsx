import { Alert, MenuItem, TextField } from '@mui/material';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useGraft, useSubmission } from '../api/hooks.js';
import type { CreatedPerson, Role } from '../api/schemas.js';
import { CopyText } from '../ui/CopyText.js';
import { FormDialog } from '../ui/FormDialog.js';

export function NewPersonDialog({ onClose }: { onClose: () => void }) {
  const graft = useGraft();
  const queryClient = useQueryClient();
  const [name, setName] = useState('');
  const [email, setEmail] = useState('');
  const [role, setRole] = useState<Role>('researcher');
  const [created, setCreated] = useState<CreatedPerson | null>(null);
  const { submit, pending, problem, fieldError } = useSubmission(async () => {
    setCreated(await graft.createPerson({ name, email, role }));
    await queryClient.invalidateQueries({ queryKey: ['people'] });
  });

  if (created) {
    return (
      <FormDialog
        title={`${created.name} can sign in now`}
        submitLabel="Done"
        pending={false}
        problem={null}
        onSubmit={onClose}
        onClose={onClose}
      >
        {created.generatedPassword && (
          <Alert severity="warning" icon={false}>
            Hand over this password. It is shown this one time and stored only as a hash.
            <div>
              <CopyText text={created.generatedPassword} label="password" />
            </div>
          </Alert>
        )}
      </FormDialog>
    );
  }
  return (
    <FormDialog
      title="Add a person"
      explanation="They get a generated password, shown to you once."
      submitLabel="Add"
      pending={pending}
      problem={problem}
      onSubmit={() => void submit()}
      onClose={onClose}
    >
      <TextField
        label="Name"
        required
        autoFocus
        value={name}
        onChange={(event) => setName(event.target.value)}
        error={Boolean(fieldError('name'))}
        helperText={fieldError('name')}
      />
      <TextField
        label="E-mail"
        type="email"
        required
        value={email}
        onChange={(event) => setEmail(event.target.value)}
        error={Boolean(fieldError('email'))}
        helperText={fieldError('email')}
      />
      <TextField select label="Role" value={role} onChange={(event) => setRole(event.target.value as Role)}>
        <MenuItem value="researcher">Researcher: launches, compares, asks for promotion</MenuItem>
        <MenuItem value="admin">Administrator: also approves, rolls back, manages people</MenuItem>
      </TextField>
    </FormDialog>
  );
}
