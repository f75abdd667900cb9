import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { parseStat } from './process/process-tree.js';

/** Names this process so that another one, later, can tell whether it still lives: host, process id, and when that id began. */
export const workerIdentity = { host: hostname(), id: identityOf(process.pid) ?? `${hostname()}:${process.pid}:0` };

/** True for a worker of this host whose process is gone: what it owned can be taken over without waiting for a lease. */
export function isKnownDead(workerId: string): boolean {
  const [host, pid] = workerId.split(':');
  return host === hostname() && identityOf(Number(pid)) !== workerId;
}

function identityOf(pid: number): string | null {
  try {
    const { state, startTicks } = parseStat(readFileSync(`/proc/${pid}/stat`, 'utf8'));
    return state === 'Z' ? null : `${hostname()}:${pid}:${startTicks}`;
  } catch {
    return null;
  }
}
