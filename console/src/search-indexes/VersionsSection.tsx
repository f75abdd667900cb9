import { Button, Stack } from '@mui/material';
import { useState } from 'react';
import { useGraft, useMay } from '../api/hooks.js';
import type { SearchIndex, SearchIndexVersion } from '../api/schemas.js';
import { ConfirmButton } from '../ui/ConfirmButton.js';
import { formatCount, formatMs, formatPercent, shortHash } from '../ui/format.js';
import { Mono } from '../ui/Mono.js';
import { RecordTable, type Column } from '../ui/RecordTable.js';
import { Section } from '../ui/Section.js';
import { StatusChip } from '../ui/StatusChip.js';
import { TimeAgo } from '../ui/TimeAgo.js';
import { SwitchDialog } from './SwitchDialog.js';

type Row = SearchIndexVersion & { place: 'next' | 'current' | 'previous' };

const places = { next: 'takes over when ready', current: 'answers', previous: 'warm, for the way back' };
const gauge = (value: number | null | undefined, format: (value: number) => string): string =>
  value === null || value === undefined ? '–' : format(value);

const columns: Column<Row>[] = [
  { label: 'Version', render: (row) => `v${row.version}, ${places[row.place]}` },
  { label: 'Server', render: (row) => <StatusChip state={row.serverState} /> },
  { label: 'Items', align: 'right', from: 'sm', render: (row) => formatCount(row.itemCount) },
  { label: 'Space', from: 'md', render: (row) => <Mono>{shortHash(row.spaceId)}</Mono> },
  { label: 'Searches', align: 'right', from: 'sm', render: (row) => gauge(row.gauges?.searches, formatCount) },
  { label: 'p50', align: 'right', render: (row) => gauge(row.gauges?.p50Ms, formatMs) },
  { label: 'p95', align: 'right', render: (row) => gauge(row.gauges?.p95Ms, formatMs) },
  { label: 'Recall@10', align: 'right', render: (row) => gauge(row.gauges?.recall10, formatPercent) },
  { label: 'Made', from: 'lg', render: (row) => <TimeAgo at={row.createdAt} /> },
];

/** What answers, what answered before and what comes next, with how fast and how exact each is. */
export function VersionsSection({ index }: { index: SearchIndex }) {
  const graft = useGraft();
  const may = useMay();
  const [switching, setSwitching] = useState(false);
  const rows = (['next', 'current', 'previous'] as const).flatMap((place): Row[] => {
    const version = index[place];
    return version ? [{ ...version, place }] : [];
  });
  return (
    <Section
      flush
      title="Versions"
      hint="Every answer comes from one snapshot. A switch is one step, and so is the way back."
      action={
        may('search-indexes:switch') && (
          <Stack direction="row" spacing={1}>
            {index.previous && (
              <ConfirmButton
                size="small"
                label="Roll back"
                title={`Roll ${index.name} back to v${index.previous.version}?`}
                explanation="It is warm: the next question is answered by it."
                action={() => graft.rollbackSearchIndex(index.id)}
              />
            )}
            <Button size="small" variant="outlined" onClick={() => setSwitching(true)}>
              Switch snapshot
            </Button>
          </Stack>
        )
      }
    >
      <RecordTable label="Versions of the index" rows={rows} columns={columns} />
      {switching && <SwitchDialog index={index} onClose={() => setSwitching(false)} />}
    </Section>
  );
}
