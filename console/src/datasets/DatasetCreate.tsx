import { Alert, Box, Button, MenuItem, Stack, TextField } from '@mui/material';
import { useState, type FormEvent } from 'react';
import { useNavigate } from 'react-router-dom';
import { useGraft, useSubmission } from '../api/hooks.js';
import type { Tier } from '../api/schemas.js';
import { Page } from '../ui/Page.js';
import { Section } from '../ui/Section.js';

const tiers: { tier: Tier; label: string }[] = [
  { tier: 'public', label: 'Public: anyone may see it' },
  { tier: 'internal', label: 'Internal: the team’s own pictures' },
  { tier: 'restricted', label: 'Restricted: says something about single people' },
];

export function DatasetCreate() {
  const graft = useGraft();
  const navigate = useNavigate();
  const [name, setName] = useState('');
  const [description, setDescription] = useState('');
  const [tier, setTier] = useState<Tier>('internal');
  const { submit, pending, problem, fieldError } = useSubmission(async () => {
    const dataset = await graft.createDataset({ name, tier, ...(description && { description }) });
    await navigate(`/datasets/${dataset.id}/show?tab=import`);
  });
  return (
    <Page
      title="New dataset"
      crumbs={[{ label: 'Datasets', to: '/datasets' }]}
      description="Name it first; the pictures come in the next step."
    >
      <Box sx={{ maxWidth: 640 }}>
        <Section>
          <Stack
            component="form"
            spacing={2.5}
            onSubmit={(event: FormEvent) => {
              event.preventDefault();
              void submit();
            }}
          >
            {problem && <Alert severity="error">{problem.message}</Alert>}
            <TextField
              label="Name"
              required
              autoFocus
              value={name}
              onChange={(event) => setName(event.target.value)}
              error={Boolean(fieldError('name'))}
              helperText={fieldError('name') ?? 'Experiments refer to it: dataset:catalogue'}
            />
            <TextField
              label="Description"
              multiline
              minRows={2}
              value={description}
              onChange={(event) => setDescription(event.target.value)}
            />
            <TextField
              select
              label="Who may use it"
              value={tier}
              onChange={(event) => setTier(event.target.value as Tier)}
              helperText="A sandbox mounts only what its requester may see."
            >
              {tiers.map((option) => (
                <MenuItem key={option.tier} value={option.tier}>
                  {option.label}
                </MenuItem>
              ))}
            </TextField>
            <Box>
              <Button type="submit" variant="contained" loading={pending}>
                Create and add pictures
              </Button>
            </Box>
          </Stack>
        </Section>
      </Box>
    </Page>
  );
}
