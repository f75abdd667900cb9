// GRAFT_HOME: the one folder with everything that is kept, owned by one running Graft at a time.
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, readFileSync, realpathSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { processIdentity, sameProcess } from './process-identity.js';
import { Refusal } from './refusal.js';

/** What runs for this home, kept in `launcher.json` so that the next start can tidy up after a killed one. */
export interface HomeRecord {
  url: string;
  launcher: string;
  /** Name to process identity (pid and start time). */
  processes: Record<string, string>;
}

export interface Home {
  dir: string;
  record(record: { url: string; pids: Record<string, number> }): void;
  release(): Promise<void>;
}

/** Makes the folder and claims it. @throws Refusal when it cannot be written or another Graft runs on it */
export async function claimHome(dir: string): Promise<Home> {
  prepare(dir);
  const file = path.join(dir, 'launcher.json');
  const lock = await lockHome(dir, file);
  await endLeftovers(file);
  return {
    dir,
    record({ url, pids }) {
      const processes = Object.entries(pids).flatMap(([name, pid]) => {
        const identity = processIdentity(pid);
        return identity === undefined ? [] : [[name, identity] as const];
      });
      const record: HomeRecord = {
        url,
        launcher: processIdentity(process.pid) ?? '',
        processes: Object.fromEntries(processes),
      };
      writeFileSync(`${file}.new`, JSON.stringify(record, undefined, 2), { mode: 0o600 });
      renameSync(`${file}.new`, file);
    },
    async release() {
      rmSync(file, { force: true });
      lock?.close();
      if (lock !== undefined) await once(lock, 'close');
    },
  };
}

export function readHomeRecord(dir: string): HomeRecord | undefined {
  return readRecord(path.join(dir, 'launcher.json'));
}

function prepare(dir: string): void {
  const probe = path.join(dir, `.write-probe-${process.pid}`);
  try {
    // Others may pass through, as the account that runs PostgreSQL must, and list nothing.
    mkdirSync(dir, { recursive: true, mode: 0o711 });
    writeFileSync(probe, 'x');
    rmSync(probe);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? '';
    const reasons: Record<string, string> = {
      EROFS: 'is on a read-only file system',
      EACCES: 'may not be written by this user',
      EPERM: 'may not be written by this user',
      ENOSPC: 'is on a full disk',
      ENOTDIR: 'is not a folder',
      EEXIST: 'is not a folder',
    };
    throw new Refusal(
      `Graft keeps its data in ${dir}, which ${reasons[code] ?? `cannot be used (${code})`}. ` +
        'Put it elsewhere: GRAFT_HOME=/some/writable/folder npm start',
    );
  }
}

/**
 * The lock is a socket in Linux's abstract namespace: taken by exactly one process and freed by the kernel with its
 * holder, so it is never stale. Elsewhere there is no such socket and the record alone must do.
 */
async function lockHome(dir: string, file: string): Promise<Server | undefined> {
  const inUse = (record: HomeRecord | undefined): Refusal =>
    new Refusal(
      `Another Graft runs on ${dir}${record === undefined ? '' : ` (process ${record.launcher.split(' ')[0]}, ${record.url})`}. ` +
        'Use that one, stop it first, or start this one on a folder and port of its own: GRAFT_HOME=/other/folder GRAFT_PORT=3010 npm start',
    );
  const record = readRecord(file);
  if (process.platform !== 'linux') {
    if (record !== undefined && sameProcess(record.launcher)) throw inUse(record);
    return undefined;
  }
  const name = createHash('sha256').update(realpathSync(dir)).digest('hex').slice(0, 32);
  const server = createServer((socket) => socket.destroy());
  try {
    server.listen(`\0graft-home-${name}`);
    await once(server, 'listening');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE') throw inUse(record);
    throw error;
  }
  server.unref();
  return server;
}

/** Ends processes of a launcher that was killed, where the kernel did not do so already. */
async function endLeftovers(file: string): Promise<void> {
  const identities = Object.values(readRecord(file)?.processes ?? {});
  const deadline = Date.now() + 6000;
  for (let round = 0; ; round += 1) {
    const left = identities.filter((identity) => sameProcess(identity));
    if (left.length === 0) break;
    for (const identity of left) {
      const pid = Number(identity.split(' ')[0]);
      if (round === 0) signal(pid, 'SIGTERM');
      else if (Date.now() > deadline) signal(pid, 'SIGKILL');
    }
    await delay(50);
  }
  rmSync(file, { force: true });
}

/** Ended between the look and the signal: what was wanted. */
function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

function readRecord(file: string): HomeRecord | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as HomeRecord;
  } catch {
    return undefined;
  }
}
