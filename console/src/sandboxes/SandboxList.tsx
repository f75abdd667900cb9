import ShieldIcon from '@mui/icons-material/ShieldOutlined';
import { Link as MuiLink } from '@mui/material';
import { Link } from 'react-router-dom';
import type { Sandbox } from '../api/contract.js';
import { EmptyState } from '../ui/EmptyState.js';
import { SelectFilter } from '../ui/Filters.js';
import { formatCount, formatDuration } from '../ui/format.js';
import { Page } from '../ui/Page.js';
import { RecordList } from '../ui/RecordList.js';
import type { Column } from '../ui/RecordTable.js';
import { StatusChip } from '../ui/StatusChip.js';
import { TimeAgo } from '../ui/TimeAgo.js';
import { IsolationReport } from './IsolationReport.js';

const owner = (sandbox: Sandbox): string | null => (sandbox.runId ? `/runs/${sandbox.runId}/show` : sandbox.modelVersionId ? `/model-versions/${sandbox.modelVersionId}/show` : null);

const columns: Column<Sandbox>[] = [
  {
    label: 'For',
    render: (sandbox) => {
      const to = owner(sandbox);
      return to ? (
        <MuiLink component={Link} to={to} color="text.primary" sx={{ fontWeight: 600 }}>
          {sandbox.label}
        </MuiLink>
      ) : (
        sandbox.label
      );
    },
  },
  { label: 'Kind', render: (sandbox) => sandbox.kind, from: 'sm' },
  { label: 'State', render: (sandbox) => <StatusChip state={sandbox.state} /> },
  { label: 'Memory, MiB', align: 'right', from: 'md', render: (sandbox) => `${sandbox.peakMemoryMb === null ? '–' : formatCount(sandbox.peakMemoryMb)} of ${formatCount(sandbox.memoryMb)}` },
  { label: 'CPU time', align: 'right', from: 'md', render: (sandbox) => formatDuration(1000 * sandbox.cpuSeconds) },
  { label: 'Started', render: (sandbox) => <TimeAgo at={sandbox.startedAt} /> },
  { label: 'Ended', render: (sandbox) => (sandbox.endedAt ? (sandbox.exit ?? 'ended') : '–'), from: 'lg' },
];

export function SandboxList() {
  return (
    <Page title="Sandboxes" description="Every run and every served model lives alone: no network, no credentials, its own limits.">
      <IsolationReport />
      <RecordList<Sandbox>
        resource="sandboxes"
        label="sandboxes"
        columns={columns}
        filters={<SelectFilter name="state" label="State" options={['starting', 'running', 'ended', 'lost']} />}
        empty={
          <EmptyState icon={ShieldIcon} title="No sandbox has been started yet">
            Launch an experiment, and each of its steps gets one.
          </EmptyState>
        }
      />
    </Page>
  );
}
