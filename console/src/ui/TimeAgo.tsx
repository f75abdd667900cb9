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

export function TimeAgo({ at }: { at: string | null }) {
  const current = useNow();
  if (!at) return <span>–</span>;
  return (
    <Tooltip title={formatExact(at)}>
      <time dateTime={at} tabIndex={0} style={{ whiteSpace: 'nowrap' }}>
        {formatRelative(at, Math.max(current, Date.parse(at)))}
      </time>
    </Tooltip>
  );
}
