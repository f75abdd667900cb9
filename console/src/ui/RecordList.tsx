import CloudOffIcon from '@mui/icons-material/CloudOffOutlined';
import { Button, Pagination, Stack, Typography } from '@mui/material';
import type { ReactNode } from 'react';
import { ListBase, useListContext, type RaRecord, type SortPayload } from 'react-admin';
import { refusalOf } from '../api/refusal.js';
import { EmptyState } from './EmptyState.js';
import { formatCount } from './format.js';
import { RecordTable, type Column, type Selection } from './RecordTable.js';
import { Section } from './Section.js';

type RecordListProps<T> = {
  resource: string;
  label: string;
  columns: readonly Column<T>[];
  empty: ReactNode;
  linkTo?: (row: T) => string;
  filters?: ReactNode;
  selection?: Selection;
  sort?: SortPayload;
};

/** A resource as a table in a card, with its filters above and its pages below. Page and filters live in the address. */
export function RecordList<T extends RaRecord & { id: string }>({
  resource,
  sort = { field: 'createdAt', order: 'DESC' },
  ...view
}: RecordListProps<T>) {
  return (
    <ListBase resource={resource} perPage={25} sort={sort} storeKey={false}>
      <RecordListView<T> {...view} />
    </ListBase>
  );
}

function RecordListView<T extends RaRecord & { id: string }>({
  label,
  columns,
  empty,
  filters,
  ...table
}: Omit<RecordListProps<T>, 'resource' | 'sort'>) {
  const { data, total = 0, isPending, error, refetch, page, perPage, setPage, filterValues } = useListContext<T>();
  const filtered = Object.values(filterValues as Record<string, unknown>).some(
    (value) => value !== undefined && value !== '',
  );
  const pages = Math.ceil(total / perPage);
  const nothing = !isPending && !error && data?.length === 0;

  return (
    <Stack spacing={2}>
      {filters && (!nothing || filtered) && (
        <Stack
          direction="row"
          useFlexGap
          spacing={1.5}
          sx={{ flexWrap: 'wrap' }}
          role="search"
          aria-label={`Filter ${label}`}
        >
          {filters}
        </Stack>
      )}
      <Section flush>
        {error ? (
          <EmptyState
            icon={CloudOffIcon}
            title="This list could not be loaded"
            action={
              <Button variant="outlined" onClick={() => void refetch()}>
                Try again
              </Button>
            }
          >
            {refusalOf(error).message}
          </EmptyState>
        ) : nothing && filtered ? (
          <Typography color="text.secondary" sx={{ py: 5, textAlign: 'center' }}>
            Nothing matches these filters.
          </Typography>
        ) : nothing ? (
          empty
        ) : (
          <RecordTable label={label} rows={isPending ? undefined : data} columns={columns} {...table} />
        )}
      </Section>
      {pages > 1 && (
        <Stack direction="row" sx={{ justifyContent: 'space-between', alignItems: 'center' }}>
          <Typography variant="caption" color="text.secondary">
            {formatCount(total)} in all
          </Typography>
          <Pagination page={page} count={pages} onChange={(_event, wanted) => setPage(wanted)} shape="rounded" />
        </Stack>
      )}
    </Stack>
  );
}
