import HistoryIcon from '@mui/icons-material/HistoryOutlined';
import { Typography } from '@mui/material';
import type { AuditEntry } from '../api/schemas.js';
import { EmptyState } from '../ui/EmptyState.js';
import { SelectFilter, TextFilter } from '../ui/Filters.js';
import { Mono } from '../ui/Mono.js';
import { Page } from '../ui/Page.js';
import { RecordList } from '../ui/RecordList.js';
import type { Column } from '../ui/RecordTable.js';
import { StatusChip } from '../ui/StatusChip.js';
import { TimeAgo } from '../ui/TimeAgo.js';

const resources = [
  'datasets',
  'experiments',
  'models',
  'endpoints',
  'rollouts',
  'people',
  'tokens',
  'sessions',
  'sandboxes',
];

const columns: Column<AuditEntry>[] = [
  { label: 'When', render: (entry) => <TimeAgo at={entry.at} /> },
  { label: 'Who', render: (entry) => entry.actorName ?? 'nobody signed in' },
  { label: 'Through', render: (entry) => (entry.tokenId ? 'token' : entry.actorId ? 'console' : '–'), from: 'md' },
  { label: 'From', render: (entry) => <Mono>{entry.address}</Mono>, from: 'lg' },
  { label: 'Action', render: (entry) => <Mono>{entry.action}</Mono> },
  { label: 'On', render: (entry) => (entry.resourceId ? <Mono>{entry.resourceId}</Mono> : '–'), from: 'lg' },
  {
    label: 'Outcome',
    render: (entry) => (
      <>
        <StatusChip state={entry.outcome} />
        {entry.code && (
          <Typography variant="caption" color="text.secondary" component="div" sx={{ mt: 0.5 }}>
            {entry.code}
          </Typography>
        )}
      </>
    ),
  },
];

export function AuditList() {
  return (
    <Page
      title="Audit"
      description="Every change that was made or tried, by whom and through which door. Entries are never edited."
    >
      <RecordList<AuditEntry>
        resource="audit"
        label="audit entries"
        columns={columns}
        sort={{ field: 'at', order: 'DESC' }}
        filters={
          <>
            <TextFilter name="action" label="Action" />
            <SelectFilter name="resource" label="Resource" options={resources} />
            <SelectFilter name="outcome" label="Outcome" options={['succeeded', 'refused', 'failed']} />
          </>
        }
        empty={
          <EmptyState icon={HistoryIcon} title="Nothing has been changed yet">
            The first import, launch or sign-in appears here.
          </EmptyState>
        }
      />
    </Page>
  );
}
