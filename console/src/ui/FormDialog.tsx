import { Alert, Button, Dialog, DialogActions, DialogContent, DialogTitle, Stack, Typography } from '@mui/material';
import { useId, type FormEvent, type ReactNode } from 'react';
import type { Refusal } from '../api/refusal.js';

type FormDialogProps = {
  title: string;
  explanation?: ReactNode;
  submitLabel: string;
  danger?: boolean;
  pending: boolean;
  problem: Refusal | null;
  onSubmit: () => void;
  onClose: () => void;
  children?: ReactNode;
};

/** A dialog that asks for a few values, or only for a yes, and keeps what was typed when the server refuses. */
export function FormDialog({
  title,
  explanation,
  submitLabel,
  danger = false,
  pending,
  problem,
  onSubmit,
  onClose,
  children,
}: FormDialogProps) {
  const titleId = useId();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    onSubmit();
  };
  return (
    <Dialog open onClose={pending ? undefined : onClose} aria-labelledby={titleId} fullWidth maxWidth="sm">
      <form onSubmit={submit}>
        <DialogTitle id={titleId} variant="h2" sx={{ pb: 0.5, pt: 2.5 }}>
          {title}
        </DialogTitle>
        <DialogContent>
          {explanation && (
            <Typography variant="body2" color="text.secondary" component="div">
              {explanation}
            </Typography>
          )}
          {problem && (
            <Alert severity="error" sx={{ mt: 2 }}>
              {problem.message}
              {problem.fields.map((entry) => (
                <div key={entry.field}>
                  {entry.field}: {entry.message}
                </div>
              ))}
            </Alert>
          )}
          {children && (
            <Stack spacing={2} sx={{ mt: 2.5 }}>
              {children}
            </Stack>
          )}
        </DialogContent>
        <DialogActions sx={{ px: 3, pb: 2.5 }}>
          <Button onClick={onClose} disabled={pending} color="inherit">
            Cancel
          </Button>
          <Button type="submit" variant="contained" color={danger ? 'error' : 'primary'} loading={pending}>
            {submitLabel}
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}
