import ContentCopyIcon from '@mui/icons-material/ContentCopy';
import { IconButton, Stack, Tooltip } from '@mui/material';
import { useState } from 'react';
import { Mono } from './Mono.js';

/** Text for the clipboard. Outside a secure context there is no clipboard, so the text itself can always be selected. */
export function CopyText({ text, label, shown = text }: { text: string; label: string; shown?: string }) {
  const [copied, setCopied] = useState(false);
  const copy = async () => {
    await navigator.clipboard.writeText(text);
    setCopied(true);
  };
  return (
    <Stack
      direction="row"
      component="span"
      spacing={0.5}
      sx={{ alignItems: 'center', display: 'inline-flex', minWidth: 0 }}
    >
      <Mono sx={{ overflowWrap: 'anywhere', userSelect: 'all' }}>{shown}</Mono>
      {'clipboard' in navigator && (
        <Tooltip title={copied ? 'Copied' : `Copy ${label}`}>
          <IconButton
            size="small"
            aria-label={`Copy ${label}`}
            onClick={() => void copy()}
            onBlur={() => setCopied(false)}
          >
            <ContentCopyIcon sx={{ fontSize: 15 }} />
          </IconButton>
        </Tooltip>
      )}
    </Stack>
  );
}
