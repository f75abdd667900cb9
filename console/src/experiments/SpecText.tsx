import { Alert, Stack, TextField } from '@mui/material';
import { useState } from 'react';
import { fonts } from '../theme/tokens.js';
import type { SpecDraft } from './specDraft.js';
import { parseSpec, writeSpec } from './specYaml.js';

/** The spec as YAML. What cannot be read stays in the box with the reason; the form keeps the last good version. */
export function SpecText({ spec, onChange }: { spec: SpecDraft; onChange: (spec: SpecDraft) => void }) {
  const [text, setText] = useState(() => writeSpec(spec));
  const [complaint, setComplaint] = useState<string | null>(null);
  const edit = (changed: string) => {
    setText(changed);
    const parsed = parseSpec(changed);
    setComplaint(typeof parsed === 'string' ? parsed : null);
    if (typeof parsed !== 'string') onChange(parsed);
  };
  return (
    <Stack spacing={2}>
      {complaint && <Alert severity="warning">{complaint}</Alert>}
      <TextField
        label="Experiment as YAML (JSON is YAML too)"
        multiline
        minRows={18}
        value={text}
        onChange={(event) => edit(event.target.value)}
        slotProps={{
          htmlInput: { spellCheck: false, style: { fontFamily: fonts.mono, fontSize: '0.8125rem', lineHeight: 1.6 } },
        }}
      />
    </Stack>
  );
}
