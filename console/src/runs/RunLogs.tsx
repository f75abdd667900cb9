import { Box, Typography } from '@mui/material';
import { useQuery } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import { useGraft } from '../api/hooks.js';
import type { Run, RunLog } from '../api/schemas.js';
import { fonts } from '../theme/tokens.js';
import { Section } from '../ui/Section.js';

const levelColor: Record<RunLog['level'], string> = {
  debug: 'text.secondary',
  info: 'text.primary',
  warn: 'warning.main',
  error: 'error.main',
};

/** The tail of a run's log. Follows new lines until somebody scrolls up to read. */
export function RunLogs({ run, live }: { run: Run; live: boolean }) {
  const graft = useGraft();
  const box = useRef<HTMLDivElement>(null);
  const following = useRef(true);
  const { data } = useQuery({ queryKey: ['runs', 'logs', run.id], queryFn: () => graft.listRunLogs(run.id) });
  const lines = data?.items ?? [];

  useEffect(() => {
    if (following.current && box.current) box.current.scrollTop = box.current.scrollHeight;
  }, [lines.length]);

  return (
    <Section title="Log" hint={live ? 'Follows the run.' : undefined}>
      {lines.length === 0 ? (
        <Typography variant="body2" color="text.secondary">
          {live ? 'Nothing written yet.' : 'This run wrote no log.'}
        </Typography>
      ) : (
        <Box
          ref={box}
          tabIndex={0}
          role="log"
          aria-label="Log of the run"
          onScroll={(event) => {
            const { scrollHeight, scrollTop, clientHeight } = event.currentTarget;
            following.current = scrollHeight - scrollTop - clientHeight < 24;
          }}
          sx={{
            maxHeight: 320,
            overflow: 'auto',
            p: 1.5,
            borderRadius: 2,
            border: 1,
            borderColor: 'divider',
            bgcolor: 'background.default',
            fontFamily: fonts.mono,
            fontSize: '0.8125rem',
            lineHeight: 1.65,
          }}
        >
          {lines.map((line) => (
            <Box
              key={line.id}
              sx={{ display: 'grid', gridTemplateColumns: '68px 46px 1fr', gap: 1, color: levelColor[line.level] }}
            >
              <Box component="time" dateTime={line.at} sx={{ color: 'text.secondary' }}>
                {line.at.slice(11, 19)}
              </Box>
              <span>{line.level}</span>
              <Box component="span" sx={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}>
                {line.message}
              </Box>
            </Box>
          ))}
        </Box>
      )}
    </Section>
  );
}
