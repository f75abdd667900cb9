import { Alert, Box, Checkbox, FormControlLabel, MenuItem, TextField, Typography } from '@mui/material';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useGraft, useSession, useSubmission } from '../api/hooks.js';
import { CopyText } from '../ui/CopyText.js';
import { FormDialog } from '../ui/FormDialog.js';

const lifetimes = [
  { days: 30, label: '30 days' },
  { days: 90, label: '90 days' },
  { days: 365, label: 'A year' },
];

export function NewTokenDialog({ onClose }: { onClose: () => void }) {
  const graft = useGraft();
  const queryClient = useQueryClient();
  const { data: session } = useSession();
  const [name, setName] = useState('');
  const [days, setDays] = useState(90);
  const [scopes, setScopes] = useState<string[]>([]);
  const [secret, setSecret] = useState<string | null>(null);
  const { submit, pending, problem, fieldError } = useSubmission(async () => {
    const created = await graft.createToken({ name, scopes, expiresInDays: days });
    setSecret(created.token);
    await queryClient.invalidateQueries({ queryKey: ['tokens'] });
  });
  const toggle = (scope: string) =>
    setScopes((before) => (before.includes(scope) ? before.filter((kept) => kept !== scope) : [...before, scope]));

  if (secret) {
    return (
      <FormDialog
        title="Your new token"
        submitLabel="I have copied it"
        pending={false}
        problem={null}
        onSubmit={onClose}
        onClose={onClose}
      >
        <Alert severity="warning" icon={false}>
          This is the only time it is shown: Graft keeps a hash, not the token.
          <Box sx={{ mt: 1 }}>
            <CopyText text={secret} label="token" />
          </Box>
        </Alert>
      </FormDialog>
    );
  }
  return (
    <FormDialog
      title="New token"
      explanation="Give it what its job needs and nothing more."
      submitLabel="Create token"
      pending={pending}
      problem={problem}
      onSubmit={() => void submit()}
      onClose={onClose}
    >
      <TextField
        label="Name"
        placeholder="nightly gate"
        required
        autoFocus
        value={name}
        onChange={(event) => setName(event.target.value)}
        error={Boolean(fieldError('name'))}
        helperText={fieldError('name')}
      />
      <TextField select label="Valid for" value={days} onChange={(event) => setDays(Number(event.target.value))}>
        {lifetimes.map((lifetime) => (
          <MenuItem key={lifetime.days} value={lifetime.days}>
            {lifetime.label}
          </MenuItem>
        ))}
      </TextField>
      <Box component="fieldset" sx={{ border: 0, p: 0, m: 0 }}>
        <Typography component="legend" variant="h3">
          It may
        </Typography>
        {fieldError('scopes') && (
          <Typography variant="caption" color="error">
            {fieldError('scopes')}
          </Typography>
        )}
        <Box sx={{ display: 'grid', gridTemplateColumns: 'repeat(auto-fill, minmax(190px, 1fr))' }}>
          {session?.permissions.map((permission) => (
            <FormControlLabel
              key={permission}
              label={permission}
              slotProps={{ typography: { variant: 'body2' } }}
              control={
                <Checkbox
                  size="small"
                  sx={{ py: 0.5 }}
                  checked={scopes.includes(permission)}
                  onChange={() => toggle(permission)}
                />
              }
            />
          ))}
        </Box>
      </Box>
    </FormDialog>
  );
}
