import LockIcon from '@mui/icons-material/LockOutlined';
import { Button, Stack, Typography } from '@mui/material';
import { useState } from 'react';
import { useMay } from '../api/hooks.js';
import type { Model, ModelVersion } from '../api/schemas.js';
import { RequestRolloutDialog } from '../rollouts/RequestRolloutDialog.js';
import { RecordTable, type Column } from '../ui/RecordTable.js';
import { Section } from '../ui/Section.js';
import { TimeAgo } from '../ui/TimeAgo.js';
import { AliasDialog } from './AliasDialog.js';

type AliasRow = { id: string; version: number | null; movedAt: string | null };

/** Where each alias points. `champion` is always listed, because what it is and how it moves is the point of the page. */
export function AliasTable({ model, versions }: { model: Model; versions: readonly ModelVersion[] }) {
  const may = useMay();
  const [moving, setMoving] = useState<string | null>(null);
  const [requesting, setRequesting] = useState(false);
  const numberOf = (versionId: string) => versions.find((version) => version.id === versionId)?.version ?? null;
  const known = model.aliases.map(({ alias, versionId, movedAt }): AliasRow => ({
    id: alias,
    version: numberOf(versionId),
    movedAt,
  }));
  const rows = known.some((row) => row.id === 'champion')
    ? known
    : [{ id: 'champion', version: null, movedAt: null }, ...known];

  const columns: Column<AliasRow>[] = [
    {
      label: 'Alias',
      render: (row) => (
        <Stack direction="row" spacing={0.75} sx={{ alignItems: 'center' }}>
          <Typography sx={{ fontWeight: 650, color: row.id === 'champion' ? 'primary.main' : 'text.primary' }}>
            {row.id}
          </Typography>
          {row.id === 'champion' && <LockIcon titleAccess="protected" sx={{ fontSize: 16, color: 'text.secondary' }} />}
        </Stack>
      ),
    },
    { label: 'Points at', render: (row) => (row.version === null ? 'nothing yet' : `version ${row.version}`) },
    { label: 'Since', render: (row) => <TimeAgo at={row.movedAt} />, from: 'sm' },
    {
      label: 'Change',
      align: 'right',
      render: (row) => (
        <Stack direction="row" useFlexGap spacing={1} sx={{ justifyContent: 'flex-end', flexWrap: 'wrap' }}>
          {row.id === 'champion' && may('rollouts:request') && (
            <Button size="small" variant="outlined" onClick={() => setRequesting(true)}>
              Request a rollout
            </Button>
          )}
          {may('models:alias') && (
            <Button size="small" color="inherit" onClick={() => setMoving(row.id)}>
              Move
            </Button>
          )}
        </Stack>
      ),
    },
  ];
  return (
    <Section
      title="Aliases"
      hint="champion is what serves by default. It moves only through an approved rollout, whichever door one comes through."
      flush
      action={
        may('models:alias') && (
          <Button size="small" onClick={() => setMoving('')}>
            New alias
          </Button>
        )
      }
    >
      <RecordTable label="Aliases" rows={rows} columns={columns} />
      {moving !== null && (
        <AliasDialog
          model={model}
          versions={versions}
          alias={moving}
          onClose={() => setMoving(null)}
          onRollout={() => setRequesting(true)}
        />
      )}
      {requesting && <RequestRolloutDialog versions={versions} onClose={() => setRequesting(false)} />}
    </Section>
  );
}
