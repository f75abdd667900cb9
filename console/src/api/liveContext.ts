import { useQueryClient } from '@tanstack/react-query';
import { createContext, useContext, useEffect, useState } from 'react';
import { serverEvents, staleResources, type LiveSource } from './live.js';

export const LiveContext = createContext<LiveSource>(serverEvents);

/** Events come in bursts (one a training step); what they made stale is fetched again at most this often. */
const batchMs = 500;

/** Keeps every query of the console as fresh as the server's event stream. Returns whether the stream is connected. */
export function useLiveUpdates(): boolean {
  const queryClient = useQueryClient();
  const start = useContext(LiveContext);
  const [connected, setConnected] = useState(true);

  useEffect(() => {
    const changed = new Set<string>();
    let timer: ReturnType<typeof setTimeout> | undefined;
    let wasConnected = true;
    const flush = () => {
      timer = undefined;
      const stale = staleResources(changed);
      changed.clear();
      for (const resource of stale) void queryClient.invalidateQueries({ queryKey: [resource] });
    };
    const stop = start({
      onChange: ({ resource }) => {
        changed.add(resource);
        timer ??= setTimeout(flush, batchMs);
      },
      onRefresh: () => void queryClient.invalidateQueries(),
      onConnected: (isConnected) => {
        if (isConnected && !wasConnected) void queryClient.invalidateQueries();
        wasConnected = isConnected;
        setConnected(isConnected);
      },
    });
    return () => {
      stop();
      clearTimeout(timer);
    };
  }, [queryClient, start]);

  return connected;
}
