import VerifiedIcon from '@mui/icons-material/VerifiedOutlined';
import { Alert, Button } from '@mui/material';
import { Link } from 'react-router-dom';
import { useMay, useRows } from '../api/hooks.js';
import type { Rollout } from '../api/schemas.js';
import { EmptyState } from '../ui/EmptyState.js';
import { SelectFilter } from '../ui/Filters.js';
import { Page } from '../ui/Page.js';
import { RecordList } from '../ui/RecordList.js';
import type { Column } from '../ui/RecordTable.js';
import { StatusChip } from '../ui/StatusChip.js';
import { TimeAgo } from '../ui/TimeAgo.js';

const columns: Column<Rollout>[] = [
  { label: 'Candidate', render: (rollout) => `${rollout.modelName} v${rollout.candidate.version}` },
  { label: 'Under traffic', render: (rollout) => <StatusChip state={rollout.outcome} />, from: 'md' },
  { label: 'State', render: (rollout) => <StatusChip state={rollout.state} /> },
  { label: 'Requested by', render: (rollout) => rollout.requestedBy.name, from: 'sm' },
  { label: 'Requested', render: (rollout) => <TimeAgo at={rollout.requestedAt} /> },
];

export function RolloutList() {
  const may = useMay();
  const waiting = useRows<Rollout>('rollouts', { state: 'requested' }).data ?? [];
  const first = waiting[0];
  return (
    <Page
      title="Rollouts"
      description="The one way to make a version champion: evidence, a decision by somebody else, and a way back."
    >
      {may('rollouts:approve') && first && (
        <Alert
          severity="info"
          action={
            <Button component={Link} to={`/rollouts/${first.id}/show`} size="small">
              Review {first.modelName} v{first.candidate.version}
            </Button>
          }
        >
          {waiting.length === 1
            ? 'One request waits for a decision.'
            : `${waiting.length} requests wait for a decision.`}
        </Alert>
      )}
      <RecordList<Rollout>
        resource="rollouts"
        label="rollouts"
        sort={{ field: 'requestedAt', order: 'DESC' }}
        columns={columns}
        linkTo={(rollout) => `/rollouts/${rollout.id}/show`}
        filters={
          <SelectFilter
            name="state"
            label="State"
            options={['requested', 'promoting', 'live', 'superseded', 'rejected', 'cancelled', 'rolled-back']}
          />
        }
        empty={
          <EmptyState
            icon={VerifiedIcon}
            title="No rollout was requested yet"
            action={
              <Button variant="contained" component={Link} to="/models">
                Choose a model version
              </Button>
            }
          >
            When an evaluation and an A/B test speak for a version, request a rollout from its page.
          </EmptyState>
        }
      />
    </Page>
  );
}
