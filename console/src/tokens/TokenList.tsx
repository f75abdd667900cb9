import KeyIcon from '@mui/icons-material/KeyOutlined';
import { Button, Stack } from '@mui/material';
import { useState } from 'react';
import { useGraft, useMay } from '../api/hooks.js';
import type { Token } from '../api/schemas.js';
import { ConfirmButton } from '../ui/ConfirmButton.js';
import { EmptyState } from '../ui/EmptyState.js';
import { Mono } from '../ui/Mono.js';
import { Page } from '../ui/Page.js';
import { RecordList } from '../ui/RecordList.js';
import type { Column } from '../ui/RecordTable.js';
import { StatusChip } from '../ui/StatusChip.js';
import { TimeAgo } from '../ui/TimeAgo.js';
import { NewTokenDialog } from './NewTokenDialog.js';

const isExpired = (token: Token): boolean => token.expiresAt !== null && Date.parse(token.expiresAt) <= Date.now();

const columns: Column<Token>[] = [
  { label: 'Name', render: (token) => token.name },
  {
    label: 'May',
    render: (token) => (
      <Stack direction="row" useFlexGap spacing={0.5} sx={{ flexWrap: 'wrap' }}>
        {token.scopes.map((scope) => (
          <Mono key={scope} sx={{ px: 0.75, borderRadius: 1, bgcolor: 'action.hover' }}>
            {scope}
          </Mono>
        ))}
      </Stack>
    ),
  },
  { label: 'Last used', render: (token) => <TimeAgo at={token.lastUsedAt} />, from: 'md' },
  { label: 'Expires', render: (token) => (token.expiresAt ? <TimeAgo at={token.expiresAt} /> : 'never'), from: 'md' },
  { label: 'State', render: (token) => <StatusChip state={isExpired(token) ? 'expired' : 'active'} /> },
  { label: 'Change', align: 'right', render: (token) => <RevokeButton token={token} /> },
];

export function TokenList() {
  const may = useMay();
  const [adding, setAdding] = useState(false);
  const newToken = may('tokens:manage') && (
    <Button variant="contained" onClick={() => setAdding(true)}>
      New token
    </Button>
  );
  return (
    <Page
      title="Tokens"
      description="For CI, the command line and the services that call your endpoints. A token never may more than its owner."
      actions={newToken}
    >
      <RecordList<Token>
        resource="tokens"
        label="tokens"
        columns={columns}
        empty={
          <EmptyState icon={KeyIcon} title="No tokens yet" action={newToken}>
            Make one for CI to launch experiments, or for a shop front to ask an endpoint.
          </EmptyState>
        }
      />
      {adding && <NewTokenDialog onClose={() => setAdding(false)} />}
    </Page>
  );
}

function RevokeButton({ token }: { token: Token }) {
  const graft = useGraft();
  return (
    <ConfirmButton
      size="small"
      danger
      label="Revoke"
      title={`Revoke “${token.name}”?`}
      explanation="Whatever uses it is refused from now on. This cannot be undone; a new token takes a minute."
      action={() => graft.revokeToken(token.id)}
    />
  );
}
