import ShieldIcon from '@mui/icons-material/ShieldOutlined';
import { Link as MuiLink } from '@mui/material';
import { Link } from 'react-router-dom';
import type { Sandbox } from '../api/schemas.js';
import { EmptyState } from '../ui/EmptyState.js';
import { ChoiceFilter, SelectFilter } from '../ui/Filters.js';
import { formatBytes, formatDuration } from '../ui/format.js';
import { Page } from '../ui/Page.js';
import { RecordList } from '../ui/RecordList.js';
import type { Column } from '../ui/RecordTable.js';
import { StatusChip } from '../ui/StatusChip.js';
import { TimeAgo } from '../ui/TimeAgo.js';
import { IsolationSection } from './IsolationSection.js';

const ownerPath: Record<Sandbox['purpose'], ((id: string) => string) | null> = {
  run: (id) => `/runs/${id}/show`,
  serve: (id) => `/model-versions/${id}/show`,
  import: null,
};

function Owner({ sandbox }: { sandbox: Sandbox }) {
  const to = ownerPath[sandbox.purpose]?.(sandbox.subjectId);
  const label = sandbox.attempt > 1 ? `${sandbox.recipe}, attempt ${sandbox.attempt}` : sandbox.recipe;
  return to ? (
    <MuiLink component={Link} to={to} color="text.primary" sx={{ fontWeight: 600 }}>
      {label}
    </MuiLink>
  ) : (
    <>{label}</>
  );
}

const columns: Column<Sandbox>[] = [
  { label: 'Works on', render: (sandbox) => <Owner sandbox={sandbox} /> },
  { label: 'Purpose', render: (sandbox) => sandbox.purpose, from: 'sm' },
  { label: 'State', render: (sandbox) => <StatusChip state={sandbox.endedAt ? 'ended' : 'running'} /> },
  { label: 'Isolation', render: (sandbox) => <StatusChip state={sandbox.isolationLevel} />, from: 'md' },
  {
    label: 'Memory, peak of limit',
    align: 'right',
    from: 'lg',
    render: (sandbox) =>
      `${sandbox.peakMemoryBytes > 0 ? formatBytes(sandbox.peakMemoryBytes) : '–'} of ${formatBytes(sandbox.memoryBytes)}`,
  },
  { label: 'CPU time', align: 'right', from: 'md', render: (sandbox) => formatDuration(1000 * sandbox.cpuSeconds) },
  { label: 'Started', render: (sandbox) => <TimeAgo at={sandbox.createdAt} /> },
  {
    label: 'Ended',
    render: (sandbox) => (sandbox.endedAt ? (sandbox.endReason ?? `exit ${sandbox.exitCode ?? '?'}`) : '–'),
    from: 'sm',
  },
];

export function SandboxList() {
  return (
    <Page
      title="Sandboxes"
      description="Every run and every served model lives alone: no network, no credentials, its own limits."
    >
      <IsolationSection />
      <RecordList<Sandbox>
        resource="sandboxes"
        label="sandboxes"
        columns={columns}
        filters={
          <>
            <ChoiceFilter
              name="alive"
              label="State"
              options={[
                { value: 'true', label: 'running' },
                { value: 'false', label: 'ended' },
              ]}
            />
            <SelectFilter name="purpose" label="Purpose" options={['run', 'import', 'serve']} />
          </>
        }
        empty={
          <EmptyState icon={ShieldIcon} title="No sandbox has been started yet">
            Launch an experiment, and each of its steps gets one.
          </EmptyState>
        }
      />
    </Page>
  );
}
