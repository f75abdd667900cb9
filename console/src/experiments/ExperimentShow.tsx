import { Box, Button } from '@mui/material';
import { Link, useParams } from 'react-router-dom';
import { useGraft, useMay, useRecord } from '../api/hooks.js';
import type { Experiment, Run } from '../api/schemas.js';
import { Graph } from '../graph/Graph.js';
import { NodeCard } from '../graph/NodeCard.js';
import { PersonName } from '../people/PersonName.js';
import { RunPanel } from '../runs/RunPanel.js';
import { dollarsPerCpuHour, runCost } from '../runs/runCost.js';
import { ConfirmButton } from '../ui/ConfirmButton.js';
import { Figure, FigureRow } from '../ui/Figure.js';
import { formatDuration, formatPercent } from '../ui/format.js';
import { CodeBlock } from '../ui/Mono.js';
import { Page } from '../ui/Page.js';
import { RecordGate } from '../ui/RecordGate.js';
import { Section } from '../ui/Section.js';
import { StatusChip } from '../ui/StatusChip.js';
import { useTab, TabBar } from '../ui/TabBar.js';
import { TimeAgo, useNow } from '../ui/TimeAgo.js';
import { writeSpec } from './specYaml.js';

export function ExperimentShow() {
  const { id } = useParams();
  return (
    <RecordGate query={useRecord<Experiment>('experiments', id)}>
      {(experiment) => <ExperimentPage experiment={experiment} />}
    </RecordGate>
  );
}

/** The step worth looking at when nobody chose one: what runs, else what failed, else the last. */
const interesting = (runs: readonly Run[]): Run | undefined =>
  runs.find((run) => run.state === 'running') ?? runs.find((run) => run.state === 'failed') ?? runs.at(-1);

function ExperimentPage({ experiment }: { experiment: Experiment }) {
  const graft = useGraft();
  const may = useMay();
  const now = useNow();
  const [chosen, choose] = useTab(['', ...experiment.runs.map((run) => run.name), 'spec']);
  const run = experiment.runs.find((entry) => entry.name === chosen) ?? interesting(experiment.runs);
  const report = experiment.runs.find((entry) => entry.recipe === 'evaluate' && entry.state === 'succeeded');
  const tab = chosen === 'spec' || !run ? 'spec' : run.name;
  const done = experiment.runs.filter((entry) => entry.state === 'succeeded').length;
  const until = experiment.endedAt ? Date.parse(experiment.endedAt) : now;

  return (
    <Page
      title={experiment.name}
      chip={<StatusChip state={experiment.state} />}
      crumbs={[{ label: 'Experiments', to: '/experiments' }]}
      description={
        <>
          Launched <TimeAgo at={experiment.createdAt} /> by <PersonName id={experiment.createdBy} />
        </>
      }
      actions={
        <>
          {experiment.state === 'running' && may('experiments:cancel') && (
            <ConfirmButton
              danger
              label="Cancel experiment"
              title={`Cancel ${experiment.name}?`}
              explanation="Running steps are stopped with everything they started; waiting steps never start. What is finished stays."
              action={() => graft.cancelExperiment(experiment.id)}
            />
          )}
          {report && (
            <Button variant="contained" component={Link} to={`/runs/${report.id}/report`}>
              Open the evaluation
            </Button>
          )}
        </>
      }
    >
      <Section>
        <FigureRow>
          <Figure
            label="Steps done"
            value={`${done} of ${experiment.runs.length}`}
            detail={
              experiment.state === 'running' && run ? `${run.name} at ${formatPercent(run.progress, 0)}` : undefined
            }
            accent
          />
          <Figure
            label="Took"
            value={formatDuration(until - Date.parse(experiment.createdAt))}
            detail={experiment.state === 'running' ? 'so far' : 'from launch to end'}
          />
          <Figure label="CPU time" value={formatDuration(1000 * experiment.cpuSeconds)} detail="all steps" />
          <Figure label="Cost" value={runCost(experiment.cpuSeconds)} detail={`at $${dollarsPerCpuHour} a CPU hour`} />
        </FigureRow>
      </Section>
      <Section
        title="Steps"
        hint="From left to right in the order they depend on each other. Select one to see it below."
      >
        <Graph
          label="Steps of the experiment"
          nodes={experiment.runs.map((entry) => ({ id: entry.id, dependsOn: entry.dependsOn, run: entry }))}
          renderNode={({ run: entry }) => (
            <NodeCard
              title={entry.name}
              emphasised={entry.name === tab}
              to={`/experiments/${experiment.id}/show?tab=${encodeURIComponent(entry.name)}`}
              corner={<StatusChip state={entry.state} />}
              subtitle={entry.state === 'running' ? formatPercent(entry.progress, 0) : entry.recipe}
            />
          )}
        />
      </Section>
      <TabBar
        label="Steps and spec"
        tabs={[
          ...experiment.runs.map((entry) => ({ id: entry.name, label: entry.name })),
          { id: 'spec', label: 'Spec' },
        ]}
        current={tab}
        onChange={choose}
      />
      {tab === 'spec' ? (
        <Box>
          <CodeBlock label="Experiment spec as YAML" maxHeight={720}>
            {writeSpec(experiment.spec)}
          </CodeBlock>
        </Box>
      ) : (
        run && <RunPanel key={run.id} run={run} />
      )}
    </Page>
  );
}
