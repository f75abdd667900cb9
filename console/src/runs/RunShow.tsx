import { useParams } from 'react-router-dom';
import { useRecord } from '../api/hooks.js';
import type { Experiment, Run } from '../api/schemas.js';
import { Page } from '../ui/Page.js';
import { RecordGate } from '../ui/RecordGate.js';
import { StatusChip } from '../ui/StatusChip.js';
import { RunPanel } from './RunPanel.js';

export function RunShow() {
  const { id } = useParams();
  return <RecordGate query={useRecord<Run>('runs', id)}>{(run) => <RunPage run={run} />}</RecordGate>;
}

function RunPage({ run }: { run: Run }) {
  const { data: experiment } = useRecord<Experiment>('experiments', run.experimentId);
  return (
    <Page
      title={run.name}
      chip={<StatusChip state={run.state} />}
      crumbs={[
        { label: 'Experiments', to: '/experiments' },
        { label: experiment?.name ?? 'Experiment', to: `/experiments/${run.experimentId}/show` },
      ]}
      description={`One ${run.recipe} run in one sandbox.`}
    >
      <RunPanel run={run} />
    </Page>
  );
}
