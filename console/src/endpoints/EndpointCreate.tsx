import DeleteIcon from '@mui/icons-material/DeleteOutline';
import { Alert, Box, Button, IconButton, MenuItem, Stack, TextField } from '@mui/material';
import { useState, type FormEvent } from 'react';
import { useNavigate } from 'react-router-dom';
import { useGraft, useRows, useSubmission } from '../api/hooks.js';
import type { Model, ModelVersion } from '../api/schemas.js';
import { Page } from '../ui/Page.js';
import { Section } from '../ui/Section.js';
import { ShareSliders } from './ShareSliders.js';
import { equalShares } from './weights.js';

type Draft = { name: string; modelVersionId: string; weight: number; role: 'control' | 'treatment' };
const drafts: Draft[] = [
  { name: 'native', modelVersionId: '', weight: 0.5, role: 'control' },
  { name: 'swapped', modelVersionId: '', weight: 0.5, role: 'treatment' },
];

const withEqualShares = (variants: Draft[]): Draft[] => {
  const shares = equalShares(variants.length);
  return variants.map((variant, index) => ({ ...variant, weight: shares[index] ?? 0 }));
};

export function EndpointCreate() {
  const graft = useGraft();
  const navigate = useNavigate();
  const { data: models = [] } = useRows<Model>('models');
  const [name, setName] = useState('');
  const [chosenModel, setChosenModel] = useState('');
  const modelId = chosenModel || (models[0]?.id ?? '');
  const { data: versions = [] } = useRows<ModelVersion>('model-versions', { modelId });
  const [variants, setVariants] = useState(drafts);
  const { submit, pending, problem, fieldError } = useSubmission(async () => {
    const endpoint = await graft.createEndpoint({ name, modelId, variants });
    await navigate(`/endpoints/${endpoint.id}/show`);
  });
  const change = (index: number, part: Partial<Draft>) =>
    setVariants((before) => before.map((variant, at) => (at === index ? { ...variant, ...part } : variant)));

  return (
    <Page
      title="New endpoint"
      crumbs={[{ label: 'Endpoints', to: '/endpoints' }]}
      description="The first variant is what the others are measured against. Every unit (a user, a session) always meets the same variant."
    >
      <Stack
        component="form"
        spacing={2.5}
        sx={{ maxWidth: 860 }}
        onSubmit={(event: FormEvent) => {
          event.preventDefault();
          void submit();
        }}
      >
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
        <Section title="Address">
          <Box sx={{ display: 'grid', gap: 2, gridTemplateColumns: 'repeat(auto-fit, minmax(240px, 1fr))' }}>
            <TextField
              label="Name"
              required
              autoFocus
              value={name}
              onChange={(event) => setName(event.target.value)}
              error={Boolean(fieldError('name'))}
              helperText={fieldError('name') ?? `Requests go to /v2/models/${name || 'NAME'}/infer`}
            />
            <TextField
              select
              label="Model"
              required
              value={modelId}
              onChange={(event) => {
                setChosenModel(event.target.value);
                setVariants((before) => before.map((variant) => ({ ...variant, modelVersionId: '' })));
              }}
              helperText={
                models.length === 0 ? 'There is no model yet: launch an experiment that registers one' : undefined
              }
            >
              {models.map((model) => (
                <MenuItem key={model.id} value={model.id}>
                  {model.name}
                </MenuItem>
              ))}
            </TextField>
          </Box>
        </Section>
        <Section
          title="Variants"
          action={
            <Button
              size="small"
              onClick={() =>
                setVariants(
                  withEqualShares([
                    ...variants,
                    { name: `variant-${variants.length + 1}`, modelVersionId: '', weight: 0, role: 'treatment' },
                  ]),
                )
              }
            >
              Add a variant
            </Button>
          }
        >
          <Stack spacing={2}>
            {variants.map((variant, index) => (
              <Box
                key={index}
                sx={{
                  display: 'grid',
                  gap: 1.5,
                  gridTemplateColumns: { xs: '1fr', sm: '1fr 1.3fr 1fr 40px' },
                  alignItems: 'center',
                }}
              >
                <TextField
                  label="Variant"
                  required
                  value={variant.name}
                  onChange={(event) => change(index, { name: event.target.value })}
                />
                <TextField
                  select
                  label="Model version"
                  required
                  value={variant.modelVersionId}
                  onChange={(event) => change(index, { modelVersionId: event.target.value })}
                >
                  {versions.map((version) => (
                    <MenuItem key={version.id} value={version.id}>
                      Version {version.version}
                      {version.aliases.length > 0 && ` (${version.aliases.join(', ')})`}
                    </MenuItem>
                  ))}
                </TextField>
                <TextField
                  select
                  label="Role"
                  value={variant.role}
                  onChange={(event) => change(index, { role: event.target.value as Draft['role'] })}
                >
                  <MenuItem value="control">Control</MenuItem>
                  <MenuItem value="treatment">Treatment</MenuItem>
                </TextField>
                <IconButton
                  aria-label={`Remove ${variant.name}`}
                  disabled={variants.length === 1}
                  onClick={() => setVariants(withEqualShares(variants.toSpliced(index, 1)))}
                >
                  <DeleteIcon fontSize="small" />
                </IconButton>
              </Box>
            ))}
          </Stack>
        </Section>
        <Section title="Share of the units">
          <Box>
            <ShareSliders variants={variants} onChange={setVariants} />
          </Box>
        </Section>
        <Box>
          <Button type="submit" variant="contained" size="large" loading={pending}>
            Create and start serving
          </Button>
        </Box>
      </Stack>
    </Page>
  );
}
