import { Alert, Box, Button, Card, CardActionArea, Stack, Typography } from '@mui/material';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useNavigate } from 'react-router-dom';
import { useGraft, useRows, useSubmission } from '../api/hooks.js';
import type { Dataset, ExperimentSpec, ModelVersion, Snapshot } from '../api/contract.js';
import { Page } from '../ui/Page.js';
import { Section } from '../ui/Section.js';
import { TabBar } from '../ui/TabBar.js';
import { SpecForm } from './SpecForm.js';
import { SpecText } from './SpecText.js';
import { templates, type Template } from './templates.js';

const views = [
  { id: 'form', label: 'Form' },
  { id: 'yaml', label: 'YAML' },
] as const;

export function LaunchPage() {
  const graft = useGraft();
  const navigate = useNavigate();
  const { data: recipes } = useQuery({ queryKey: ['recipes'], queryFn: () => graft.listRecipes(), staleTime: Infinity });
  const { data: datasets = [] } = useRows<Dataset>('datasets');
  const { data: modelVersions = [] } = useRows<ModelVersion>('model-versions');
  const { data: snapshots = [] } = useRows<Snapshot>('snapshots');
  const [spec, setSpec] = useState<ExperimentSpec | null>(null);
  const [view, setView] = useState<'form' | 'yaml'>('form');
  const { submit, pending, problem } = useSubmission(async (launched: ExperimentSpec) => {
    const experiment = await graft.launchExperiment(launched);
    navigate(`/experiments/${experiment.id}/show`);
  });
  const choose = (template: Template) => {
    const dataset = datasets.find((entry) => entry.latestVersion && entry.tier !== 'public') ?? datasets.find((entry) => entry.latestVersion);
    setSpec(template.build(dataset?.name ?? 'DATASET', Object.keys(dataset?.latestVersion?.attributes ?? {}).slice(0, 2)));
  };

  return (
    <Page
      title="Launch an experiment"
      crumbs={[{ label: 'Experiments', to: '/experiments' }]}
      description="A few steps, each run in its own sandbox. The same text works from CI: graft run experiment.yaml --wait."
      actions={
        spec && (
          <>
            <Button color="inherit" onClick={() => setSpec(null)}>
              Start over
            </Button>
            <Button variant="contained" loading={pending} disabled={spec.steps.length === 0} onClick={() => void submit(spec)}>
              Launch
            </Button>
          </>
        )
      }
    >
      {problem && (
        <Alert severity="error">
          {problem.message}
          {problem.fields.map((entry) => (
            <div key={entry.field}>
              <strong>{entry.field}</strong>: {entry.message}
            </div>
          ))}
        </Alert>
      )}
      {spec ? (
        <>
          <TabBar label="How to edit" tabs={views} current={view} onChange={setView} />
          {view === 'form' ? (
            <SpecForm
              spec={spec}
              recipes={recipes ?? []}
              workspace={{ datasets, modelVersions, snapshots }}
              errorAt={(path) => problem?.fields.find((entry) => entry.field === path)?.message}
              onChange={setSpec}
            />
          ) : (
            <SpecText spec={spec} onChange={setSpec} />
          )}
        </>
      ) : (
        <Section title="What do you want to do?">
          <Box sx={{ display: 'grid', gap: 2, gridTemplateColumns: 'repeat(auto-fit, minmax(250px, 1fr))' }}>
            {templates.map((template) => (
              <Card key={template.id} variant="outlined" sx={{ borderRadius: 2.5 }}>
                <CardActionArea sx={{ p: 2.25, height: 1, display: 'flex', alignItems: 'flex-start' }} onClick={() => choose(template)}>
                  <Stack spacing={0.75}>
                    <Typography variant="h3">{template.title}</Typography>
                    <Typography variant="body2" color="text.secondary">
                      {template.description}
                    </Typography>
                  </Stack>
                </CardActionArea>
              </Card>
            ))}
          </Box>
        </Section>
      )}
    </Page>
  );
}
