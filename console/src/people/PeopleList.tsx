import GroupIcon from '@mui/icons-material/GroupOutlined';
import { Button, Stack, Typography } from '@mui/material';
import { useState } from 'react';
import { useGraft, useMay, useSession, useSubmission } from '../api/hooks.js';
import type { Person } from '../api/schemas.js';
import { ConfirmButton } from '../ui/ConfirmButton.js';
import { EmptyState } from '../ui/EmptyState.js';
import { SelectFilter, TextFilter } from '../ui/Filters.js';
import { Page } from '../ui/Page.js';
import { RecordList } from '../ui/RecordList.js';
import type { Column } from '../ui/RecordTable.js';
import { StatusChip } from '../ui/StatusChip.js';
import { TimeAgo } from '../ui/TimeAgo.js';
import { NewPersonDialog } from './NewPersonDialog.js';

const columns: Column<Person>[] = [
  {
    label: 'Name',
    render: (person) => (
      <>
        <Typography variant="body2" sx={{ fontWeight: 600 }}>
          {person.name}
        </Typography>
        <Typography variant="caption" color="text.secondary">
          {person.email}
        </Typography>
      </>
    ),
  },
  {
    label: 'Role',
    render: (person) => <StatusChip state={person.role} tone={person.role === 'admin' ? 'accent' : 'neutral'} />,
  },
  { label: 'Added', render: (person) => <TimeAgo at={person.createdAt} />, from: 'md' },
  { label: 'Account', render: (person) => <StatusChip state={person.disabled ? 'disabled' : 'active'} /> },
];

export function PeopleList() {
  const may = useMay();
  const [adding, setAdding] = useState(false);
  const manage = may('people:manage');
  return (
    <Page
      title="People"
      description="Researchers launch, compare and ask for promotion. Administrators also approve, roll back, and manage people."
      actions={
        manage && (
          <Button variant="contained" onClick={() => setAdding(true)}>
            Add a person
          </Button>
        )
      }
    >
      <RecordList<Person>
        resource="people"
        label="people"
        sort={{ field: 'name', order: 'ASC' }}
        filters={
          <>
            <TextFilter name="q" label="Name or e-mail" />
            <SelectFilter name="role" label="Role" options={['researcher', 'admin']} />
          </>
        }
        columns={
          manage
            ? [...columns, { label: 'Change', align: 'right', render: (person) => <PersonActions person={person} /> }]
            : columns
        }
        empty={
          <EmptyState icon={GroupIcon} title="Nobody here yet">
            Add the people who train and the people who decide.
          </EmptyState>
        }
      />
      {adding && <NewPersonDialog onClose={() => setAdding(false)} />}
    </Page>
  );
}

function PersonActions({ person }: { person: Person }) {
  const graft = useGraft();
  const { data: session } = useSession();
  const { submit, pending } = useSubmission((role: Person['role']) => graft.updatePerson(person.id, { role }), {
    announce: true,
  });
  if (person.id === session?.user.id) return <>you</>;
  const otherRole = person.role === 'admin' ? 'researcher' : 'admin';
  return (
    <Stack direction="row" useFlexGap spacing={1} sx={{ justifyContent: 'flex-end', flexWrap: 'wrap' }}>
      <Button size="small" color="inherit" loading={pending} onClick={() => void submit(otherRole)}>
        Make {otherRole}
      </Button>
      <ConfirmButton
        size="small"
        label={person.disabled ? 'Switch on' : 'Switch off'}
        danger={!person.disabled}
        title={person.disabled ? `Switch ${person.name}'s account on?` : `Switch ${person.name}'s account off?`}
        explanation={
          person.disabled
            ? 'They can sign in again with their old password.'
            : 'They are signed out, and their tokens stop working at once. What they made stays.'
        }
        action={() => graft.updatePerson(person.id, { disabled: !person.disabled })}
      />
    </Stack>
  );
}
