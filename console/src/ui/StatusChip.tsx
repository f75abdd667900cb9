import { alpha, Box, type Theme } from '@mui/material';

export type Tone = 'neutral' | 'running' | 'good' | 'warning' | 'bad' | 'accent';

const toneOfState: Record<string, Tone> = {
  waiting: 'neutral',
  queued: 'neutral',
  uploading: 'running',
  starting: 'running',
  running: 'running',
  promoting: 'running',
  succeeded: 'good',
  ready: 'good',
  live: 'good',
  approved: 'good',
  active: 'good',
  pass: 'good',
  strong: 'good',
  failed: 'bad',
  fail: 'bad',
  none: 'bad',
  rejected: 'bad',
  refused: 'bad',
  lost: 'bad',
  requested: 'warning',
  partial: 'warning',
  inconclusive: 'warning',
  'rolled-back': 'warning',
  restricted: 'warning',
};

const toneColor = (theme: Theme, tone: Tone): string =>
  ({
    neutral: theme.palette.text.secondary,
    running: theme.palette.info.main,
    good: theme.palette.success.main,
    warning: theme.palette.warning.main,
    bad: theme.palette.error.main,
    accent: theme.palette.primary.main,
  })[tone];

/** A state in one word. The dot repeats the colour's meaning for nobody alone: the word always stands beside it. */
export function StatusChip({
  state,
  label,
  tone = toneOfState[state] ?? 'neutral',
}: {
  state: string;
  label?: string;
  tone?: Tone;
}) {
  return (
    <Box
      component="span"
      sx={(theme) => {
        const color = toneColor(theme, tone);
        return {
          display: 'inline-flex',
          alignItems: 'center',
          gap: 0.75,
          px: 1,
          py: 0.25,
          borderRadius: 99,
          fontSize: '0.8125rem',
          fontWeight: 600,
          lineHeight: 1.5,
          whiteSpace: 'nowrap',
          color,
          backgroundColor: alpha(color, 0.11),
          '&::before': {
            content: '""',
            width: 7,
            height: 7,
            borderRadius: '50%',
            backgroundColor: color,
            animation: tone === 'running' ? 'graft-pulse 1.6s ease-in-out infinite' : 'none',
          },
          '@keyframes graft-pulse': { '50%': { opacity: 0.25 } },
        };
      }}
    >
      {label ?? state.replaceAll('-', ' ')}
    </Box>
  );
}
