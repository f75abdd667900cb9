import ScienceIcon from '@mui/icons-material/ScienceOutlined';
import { Button } from '@mui/material';
import { useState } from 'react';
import { Link } from 'react-router-dom';
import { useMay } from '../api/hooks.js';
import type { Experiment } from '../api/schemas.js';
import { PersonName } from '../people/PersonName.js';
import { EmptyState } from '../ui/EmptyState.js';
import { TextFilter } from '../ui/Filters.js';
import { Page } from '../ui/Page.js';
import { RecordList } from '../ui/RecordList.js';
import type { Column } from '../ui/RecordTable.js';
import { StatusChip } from '../ui/StatusChip.js';
import { TimeAgo } from '../ui/TimeAgo.js';
import { StepDots } from './StepDots.js';

const columns: Column<Experiment>[] = [
  { label: 'Name', render: (experiment) => experiment.name },
  { label: 'State', render: (experiment) => <StatusChip state={experiment.state} /> },
  { label: 'Steps', render: (experiment) => <StepDots runs={experiment.runs} />, from: 'md' },
  { label: 'Launched by', render: (experiment) => <PersonName id={experiment.createdBy} />, from: 'lg' },
  { label: 'Launched', render: (experiment) => <TimeAgo at={experiment.createdAt} /> },
];

export function ExperimentList() {
  const may = useMay();
  const [selected, setSelected] = useState<string[]>([]);
  const toggle = (id: string) =>
    setSelected((before) => (before.includes(id) ? before.filter((kept) => kept !== id) : [...before, id]));
  const launch = may('experiments:create') && (
    <Button variant="contained" component={Link} to="/experiments/create">
      Launch an experiment
    </Button>
  );
  return (
    <Page
      title="Experiments"
      description="What was tried, on what, and what came of it. Each step runs in its own sandbox and survives restarts."
      actions={
        <>
          {selected.length > 0 && (
            <Button
              variant="outlined"
              component={Link}
              to={`/experiments/compare?experiments=${selected.join(',')}`}
              disabled={selected.length < 2}
            >
              {selected.length < 2 ? 'Select one more to compare' : `Compare ${selected.length}`}
            </Button>
          )}
          {launch}
        </>
      }
    >
      <RecordList<Experiment>
        resource="experiments"
        label="experiments"
        columns={columns}
        linkTo={(experiment) => `/experiments/${experiment.id}/show`}
        selection={{ selected, toggle, nameOf: (id) => `experiment ${id}` }}
        filters={<TextFilter name="q" label="Name" />}
        empty={
          <EmptyState icon={ScienceIcon} title="No experiments yet" action={launch}>
            An experiment trains, embeds, swaps and compares in one go. Start with the template “Encoder swap, end to
            end”.
          </EmptyState>
        }
      />
    </Page>
  );
}
