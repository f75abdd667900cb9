import { useParams } from 'react-router-dom';
import { useRecord } from '../api/hooks.js';
import type { Run } from '../api/contract.js';
import { Page } from '../ui/Page.js';
import { RecordGate } from '../ui/RecordGate.js';
import { StatusChip } from '../ui/StatusChip.js';
import { RunPanel } from './RunPanel.js';

export function RunShow() {
  const { id } = useParams();
  return (
    <RecordGate query={useRecord<Run>('runs', id)}>
      {(run) => (
        <Page
          title={run.step}
          chip={<StatusChip state={run.state} />}
          crumbs={[
            { label: 'Experiments', to: '/experiments' },
            { label: run.experimentName, to: `/experiments/${run.experimentId}/show` },
          ]}
          description={`One ${run.recipe} run in one sandbox.`}
        >
          <RunPanel run={run} />
        </Page>
      )}
    </RecordGate>
  );
}
