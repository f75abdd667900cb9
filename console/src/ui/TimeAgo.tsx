import { Tooltip } from '@mui/material';
import { useSyncExternalStore } from 'react';
import { formatExact, formatRelative } from './format.js';

const tickMs = 15_000;
let now = Date.now();
const listeners = new Set<() => void>();
let timer: ReturnType<typeof setInterval> | undefined;

/** One timer for all relative times on the page, stopped when none is shown. */
function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  timer ??= setInterval(() => {
    now = Date.now();
    for (const notify of listeners) notify();
  }, tickMs);
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0) {
      clearInterval(timer);
      timer = undefined;
    }
  };
}

export const useNow = (): number => useSyncExternalStore(subscribe, () => now);

/** The browser's clock may lag the server's by this much: what the server just did then reads as now, not as in the future. */
const clockSkewMs = 60_000;

export function TimeAgo({ at }: { at: string | null }) {
  const current = useNow();
  if (!at) return <span>–</span>;
  const ahead = Date.parse(at) - current;
  return (
    <Tooltip title={formatExact(at)}>
      <time dateTime={at} tabIndex={0} style={{ whiteSpace: 'nowrap' }}>
        {formatRelative(at, ahead > 0 && ahead < clockSkewMs ? Date.parse(at) : current)}
      </time>
    </Tooltip>
  );
}
