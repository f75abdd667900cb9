import AccountTreeIcon from '@mui/icons-material/AccountTreeOutlined';
import { Button, Stack } from '@mui/material';
import { Link } from 'react-router-dom';
import { useMay } from '../api/hooks.js';
import type { Model } from '../api/schemas.js';
import { EmptyState } from '../ui/EmptyState.js';
import { Page } from '../ui/Page.js';
import { RecordList } from '../ui/RecordList.js';
import type { Column } from '../ui/RecordTable.js';
import { StatusChip } from '../ui/StatusChip.js';
import { TimeAgo } from '../ui/TimeAgo.js';

const columns: Column<Model>[] = [
  { label: 'Name', render: (model) => model.name },
  { label: 'What it does', render: (model) => model.description || '–', from: 'md' },
  {
    label: 'Aliases',
    render: (model) => (
      <Stack direction="row" useFlexGap spacing={0.75} sx={{ flexWrap: 'wrap' }}>
        {model.aliases.map(({ alias }) => (
          <StatusChip key={alias} state={alias} tone={alias === 'champion' ? 'accent' : 'neutral'} />
        ))}
      </Stack>
    ),
  },
  { label: 'Made', render: (model) => <TimeAgo at={model.createdAt} /> },
];

export function ModelList() {
  const may = useMay();
  return (
    <Page
      title="Models"
      description="Each version is one bundle that never changes, with everything it was made from. Aliases point at versions; champion is protected."
    >
      <RecordList<Model>
        resource="models"
        label="models"
        columns={columns}
        linkTo={(model) => `/models/${model.id}/show`}
        empty={
          <EmptyState
            icon={AccountTreeIcon}
            title="No models yet"
            action={
              may('experiments:create') && (
                <Button variant="contained" component={Link} to="/experiments/create">
                  Launch an experiment
                </Button>
              )
            }
          >
            A fine-tune or swap step with “register” makes the first version of a model.
          </EmptyState>
        }
      />
    </Page>
  );
}
