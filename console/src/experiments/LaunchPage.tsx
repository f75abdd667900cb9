import { Alert, Box, Button, Card, CardActionArea, Stack, Typography } from '@mui/material';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useNotify } from 'react-admin';
import { useNavigate } from 'react-router-dom';
import { useGraft, useRows, useSubmission } from '../api/hooks.js';
import type { Dataset, ExperimentTemplate, ModelVersion, Snapshot } from '../api/schemas.js';
import { Page } from '../ui/Page.js';
import { Section } from '../ui/Section.js';
import { TabBar } from '../ui/TabBar.js';
import { SpecForm } from './SpecForm.js';
import { SpecText } from './SpecText.js';
import { fillTemplate, type SpecDraft } from './specDraft.js';

const views = [
  { id: 'form', label: 'Form' },
  { id: 'yaml', label: 'YAML' },
] as const;

const blank: ExperimentTemplate = {
  name: 'blank',
  title: 'Start from nothing',
  description: 'Add steps one by one.',
  spec: { name: 'experiment', seed: 7, steps: [] },
};

export function LaunchPage() {
  const graft = useGraft();
  const navigate = useNavigate();
  const notify = useNotify();
  const { data: recipes } = useQuery({
    queryKey: ['recipes'],
    queryFn: () => graft.listRecipes(),
    staleTime: Infinity,
  });
  const { data: datasets = [] } = useRows<Dataset>('datasets');
  const { data: modelVersions = [] } = useRows<ModelVersion>('model-versions');
  const { data: snapshots = [] } = useRows<Snapshot>('snapshots');
  const [spec, setSpec] = useState<SpecDraft | null>(null);
  const [view, setView] = useState<'form' | 'yaml'>('form');
  const { submit: launch, ...launching } = useSubmission(async (launched: SpecDraft) => {
    const experiment = await graft.launchExperiment(launched);
    await navigate(`/experiments/${experiment.id}/show`);
  });
  const { submit: check, ...checking } = useSubmission(async (draft: SpecDraft) => {
    const { experiment, skipped } = await graft.preflightExperiment(draft);
    if (skipped.length > 0) notify(`Left out: ${skipped.map(({ step }) => step).join(', ')}`, { type: 'info' });
    await navigate(`/experiments/${experiment.id}/show`);
  });
  const problem = checking.problem ?? launching.problem;
  const choose = (template: ExperimentTemplate) => {
    const filled = datasets.filter((entry) => entry.latestVersion);
    const own = filled.find((entry) => entry.tier !== 'public') ?? filled[0];
    const generic = filled.find((entry) => entry.tier === 'public') ?? own;
    setSpec(
      fillTemplate(template, {
        dataset: own?.name ?? 'DATASET',
        generic: generic?.name ?? 'GENERIC',
        targets: Object.keys(own?.latestVersion?.attributes ?? {}).slice(0, 2),
        model: modelVersions[0]?.modelName ?? 'MODEL',
      }),
    );
  };

  return (
    <Page
      title="Launch an experiment"
      crumbs={[{ label: 'Experiments', to: '/experiments' }]}
      description="A few steps, each run in its own sandbox. The same text works from CI: graft experiment run experiment.yaml --wait."
      actions={
        spec && (
          <>
            <Button color="inherit" onClick={() => setSpec(null)}>
              Start over
            </Button>
            <Button
              variant="outlined"
              loading={checking.pending}
              disabled={spec.steps.length === 0}
              title="Shows what the trainings would read, and what they would take, without training"
              onClick={() => {
                launching.reset();
                void check(spec);
              }}
            >
              Check first
            </Button>
            <Button
              variant="contained"
              loading={launching.pending}
              disabled={spec.steps.length === 0}
              onClick={() => {
                checking.reset();
                void launch(spec);
              }}
            >
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
              recipes={recipes?.items ?? []}
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
            {[...(recipes?.templates ?? []), blank].map((template) => (
              <Card key={template.name} variant="outlined" sx={{ borderRadius: 2.5 }}>
                <CardActionArea
                  sx={{ p: 2.25, height: 1, display: 'flex', alignItems: 'flex-start' }}
                  onClick={() => choose(template)}
                >
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
