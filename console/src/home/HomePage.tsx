import { Link as MuiLink, Stack, Typography } from '@mui/material';
import { useQuery } from '@tanstack/react-query';
import { Link } from 'react-router-dom';
import { useGraft, useRows, useSession } from '../api/hooks.js';
import type { Dataset, Endpoint, Experiment, Rollout, Run } from '../api/schemas.js';
import { HeadlineFigures } from '../runs/ReportPage.js';
import { Page } from '../ui/Page.js';
import { ProgressLine } from '../ui/ProgressLine.js';
import { Section } from '../ui/Section.js';
import { StatusChip } from '../ui/StatusChip.js';
import { TimeAgo } from '../ui/TimeAgo.js';
import { StepDots } from '../experiments/StepDots.js';
import { MainJobPath } from './MainJobPath.js';
import { mainJobPath } from './progress.js';

export function HomePage() {
  const { data: session } = useSession();
  const datasets = useRows<Dataset>('datasets').data;
  const experiments = useRows<Experiment>('experiments', {}, 25).data;
  const endpoints = useRows<Endpoint>('endpoints').data;
  const rollouts = useRows<Rollout>('rollouts').data;
  const loaded = datasets && experiments && endpoints && rollouts;
  const steps =
    experiments?.flatMap((experiment) => experiment.runs.map((run) => ({ run, experiment: experiment.name }))) ?? [];
  const evaluation = steps.find(({ run }) => run.recipe === 'evaluate' && run.state === 'succeeded');
  const running = steps.filter(({ run }) => run.state === 'running');

  return (
    <Page
      title={session ? `Hello, ${session.user.name.split(' ')[0]}` : 'Home'}
      description="Swap a model’s vision encoder for your own stored vectors, prove that it is better, serve it, promote it."
    >
      <MainJobPath steps={loaded ? mainJobPath({ datasets, experiments, endpoints, rollouts }) : null} />
      {evaluation && <LatestEvaluation {...evaluation} />}
      {running.length > 0 && (
        <Section title="Running now">
          <Stack spacing={2}>
            {running.map(({ run, experiment }) => (
              <div key={run.id}>
                <MuiLink
                  component={Link}
                  to={`/experiments/${run.experimentId}/show?tab=${encodeURIComponent(run.name)}`}
                  color="text.primary"
                >
                  {experiment} / {run.name}
                </MuiLink>
                <ProgressLine label={run.phase || run.recipe} fraction={run.progress} />
              </div>
            ))}
          </Stack>
        </Section>
      )}
      {experiments && experiments.length > 0 && (
        <Section title="Lately">
          <Stack component="ul" spacing={1.5} sx={{ listStyle: 'none', p: 0, m: 0 }}>
            {experiments.slice(0, 5).map((experiment) => (
              <Stack
                key={experiment.id}
                component="li"
                direction="row"
                useFlexGap
                spacing={2}
                sx={{ alignItems: 'center', flexWrap: 'wrap' }}
              >
                <MuiLink
                  component={Link}
                  to={`/experiments/${experiment.id}/show`}
                  color="text.primary"
                  sx={{ flex: '1 1 220px' }}
                >
                  {experiment.name}
                </MuiLink>
                <StepDots runs={experiment.runs} />
                <StatusChip state={experiment.state} />
                <Typography variant="body2" color="text.secondary" sx={{ minWidth: 110, textAlign: 'right' }}>
                  <TimeAgo at={experiment.createdAt} />
                </Typography>
              </Stack>
            ))}
          </Stack>
        </Section>
      )}
    </Page>
  );
}

function LatestEvaluation({ run, experiment }: { run: Run; experiment: string }) {
  const graft = useGraft();
  const { data: report } = useQuery({
    queryKey: ['runs', 'report', run.id],
    queryFn: () => graft.getRunReport(run.id),
    staleTime: Infinity,
  });
  if (!report) return null;
  return (
    <section aria-label="Latest evaluation">
      <Stack direction="row" sx={{ justifyContent: 'space-between', alignItems: 'baseline', mb: 1.25, px: 0.5 }}>
        <Typography variant="h2">Latest evaluation</Typography>
        <MuiLink component={Link} to={`/runs/${run.id}/report`} variant="body2">
          {experiment}: whole report
        </MuiLink>
      </Stack>
      <HeadlineFigures report={report} />
    </section>
  );
}
