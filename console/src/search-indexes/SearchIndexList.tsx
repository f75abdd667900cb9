import ImageSearchIcon from '@mui/icons-material/ImageSearchOutlined';
import { Button } from '@mui/material';
import { useState } from 'react';
import { useMay, useRows } from '../api/hooks.js';
import type { SearchIndex } from '../api/schemas.js';
import { EmptyState } from '../ui/EmptyState.js';
import { formatCount } from '../ui/format.js';
import { Page } from '../ui/Page.js';
import { RecordTable, type Column } from '../ui/RecordTable.js';
import { Section } from '../ui/Section.js';
import { StatusChip } from '../ui/StatusChip.js';
import { TimeAgo } from '../ui/TimeAgo.js';
import { NewSearchIndexDialog } from './NewSearchIndexDialog.js';

const columns: Column<SearchIndex>[] = [
  { label: 'Index', render: (index) => index.name },
  { label: 'State', render: (index) => <StatusChip state={index.state} /> },
  { label: 'Dataset', from: 'sm', render: (index) => index.datasetName },
  { label: 'Items', align: 'right', from: 'sm', render: (index) => formatCount(index.current?.itemCount ?? 0) },
  { label: 'Asked in', from: 'md', render: (index) => (index.current?.readsTexts ? 'pictures and words' : 'pictures') },
  { label: 'Switched', from: 'lg', render: (index) => <TimeAgo at={index.switchedAt ?? index.createdAt} /> },
];

export function SearchIndexList() {
  const may = useMay();
  const [creating, setCreating] = useState(false);
  const { data: indexes } = useRows<SearchIndex>('search-indexes');
  const create = may('search-indexes:create') && (
    <Button variant="contained" onClick={() => setCreating(true)}>
      New search index
    </Button>
  );
  return (
    <Page
      title="Visual search"
      description="Find items by a picture, a part of it, words, or both. Each index answers from one set of stored vectors at a time."
      actions={create}
    >
      <Section flush>
        {indexes?.length === 0 ? (
          <EmptyState icon={ImageSearchIcon} title="Nothing to search yet" action={create}>
            Embed a dataset with an experiment first, then make an index of the snapshot it left.
          </EmptyState>
        ) : (
          <RecordTable
            label="Search indexes"
            rows={indexes}
            columns={columns}
            linkTo={(index) => `/search-indexes/${index.id}/show`}
          />
        )}
      </Section>
      {creating && <NewSearchIndexDialog onClose={() => setCreating(false)} />}
    </Page>
  );
}
