import { Alert, Button, TextField } from '@mui/material';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useGraft, useMay, useSession, useSubmission } from '../api/hooks.js';
import type { RolloutDetail } from '../api/schemas.js';
import { FormDialog } from '../ui/FormDialog.js';

type Move = 'approve' | 'reject' | 'cancel' | 'rollback';
const dialogs: Record<
  Move,
  { title: string; explanation: string; submit: string; question: string | null; danger: boolean }
> = {
  approve: {
    title: 'Approve this rollout?',
    explanation: 'The version becomes champion. The old champion stays ready, one click away.',
    submit: 'Approve',
    question: 'Comment',
    danger: false,
  },
  reject: {
    title: 'Reject this rollout?',
    explanation: 'The requester reads your reason, so say what would change your mind.',
    submit: 'Reject',
    question: 'Why not',
    danger: true,
  },
  cancel: {
    title: 'Withdraw this request?',
    explanation: 'Nobody decides on it any more. A new one can be made at any time.',
    submit: 'Withdraw',
    question: null,
    danger: true,
  },
  rollback: {
    title: 'Roll back?',
    explanation: 'The version that was champion before serves again at once.',
    submit: 'Roll back',
    question: 'What went wrong',
    danger: true,
  },
};

/** What the signed-in person may do with a rollout now. The requester sees why approving is not theirs. */
export function Decision({ rollout }: { rollout: RolloutDetail }) {
  const graft = useGraft();
  const may = useMay();
  const queryClient = useQueryClient();
  const { data: session } = useSession();
  const [move, setMove] = useState<Move | null>(null);
  const [comment, setComment] = useState('');
  const act: Record<Move, () => Promise<unknown>> = {
    approve: () => graft.approveRollout(rollout.id, { comment, evidenceSha256: rollout.evidenceSha256 }),
    reject: () => graft.rejectRollout(rollout.id, { comment }),
    cancel: () => graft.cancelRollout(rollout.id),
    rollback: () => graft.rollbackRollout(rollout.id, { reason: comment }),
  };
  const { submit, pending, problem, reset } = useSubmission(async (chosen: Move) => {
    await act[chosen]();
    await Promise.all(
      ['rollouts', 'models', 'model-versions'].map((resource) =>
        queryClient.invalidateQueries({ queryKey: [resource] }),
      ),
    );
    setMove(null);
  });
  const open = (chosen: Move) => {
    reset();
    setComment('');
    setMove(chosen);
  };
  const own = rollout.requestedBy.id === session?.user.id;
  const dialog = move && dialogs[move];

  return (
    <>
      {rollout.state === 'requested' && (
        <>
          {(own || may('rollouts:approve')) && may('rollouts:cancel') && (
            <Button color="inherit" onClick={() => open('cancel')}>
              Withdraw
            </Button>
          )}
          {may('rollouts:reject') && !own && (
            <Button variant="outlined" color="error" onClick={() => open('reject')}>
              Reject
            </Button>
          )}
          {may('rollouts:approve') && !own && (
            <Button variant="contained" onClick={() => open('approve')}>
              Approve
            </Button>
          )}
          {own && (
            <Alert severity="info" sx={{ py: 0 }}>
              You asked for it, so somebody else must approve.
            </Alert>
          )}
        </>
      )}
      {rollout.state === 'live' && may('rollouts:rollback') && (
        <Button variant="contained" color="error" onClick={() => open('rollback')}>
          Roll back
        </Button>
      )}
      {move && dialog && (
        <FormDialog
          title={dialog.title}
          explanation={dialog.explanation}
          submitLabel={dialog.submit}
          danger={dialog.danger}
          pending={pending}
          problem={problem}
          onSubmit={() => void submit(move)}
          onClose={() => setMove(null)}
        >
          {dialog.question && (
            <TextField
              label={dialog.question}
              required
              autoFocus
              multiline
              minRows={2}
              value={comment}
              onChange={(event) => setComment(event.target.value)}
            />
          )}
        </FormDialog>
      )}
    </>
  );
}
