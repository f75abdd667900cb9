import { Button } from '@mui/material';
import { useState, type ReactNode } from 'react';
import { useSubmission } from '../api/hooks.js';
import { FormDialog } from './FormDialog.js';

type ConfirmButtonProps = {
  label: string;
  title: string;
  explanation: ReactNode;
  action: () => Promise<unknown>;
  danger?: boolean;
  size?: 'small' | 'medium';
};

/** A button whose action is worth a second thought. */
export function ConfirmButton({
  label,
  title,
  explanation,
  action,
  danger = false,
  size = 'medium',
}: ConfirmButtonProps) {
  const [open, setOpen] = useState(false);
  const { submit, pending, problem, reset } = useSubmission(async () => {
    await action();
    setOpen(false);
  });
  return (
    <>
      <Button
        variant="outlined"
        size={size}
        color={danger ? 'error' : 'inherit'}
        onClick={() => {
          reset();
          setOpen(true);
        }}
      >
        {label}
      </Button>
      {open && (
        <FormDialog
          title={title}
          explanation={explanation}
          submitLabel={label}
          danger={danger}
          pending={pending}
          problem={problem}
          onSubmit={() => void submit()}
          onClose={() => setOpen(false)}
        />
      )}
    </>
  );
}
