import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { freePort } from '../free-port.js';
import { isAlive, processIdentity, sameProcess } from '../process-identity.js';
import { wrapFor } from './account.js';
import { postgresInstallation } from './binaries.js';
import { type DataFolder, openDataFolder } from './data-folder.js';
import { Refusal } from '../refusal.js';

export interface PostgresOptions {
  /** Folder for this server alone; made when missing. */
  dataDir: string;
  /** A free one when absent. Listens on 127.0.0.1 only. */
  port?: number;
  /** Gives up durability for speed (no fsync): for tests, never for data that matters. */
  fast?: boolean;
  database?: string;
}

export interface RunningPostgres {
  /** `postgres://…` of the database, which exists. */
  url: string;
  port: number;
  pid: number;
  /** Settles when the server process ended, asked or not. */
  exited: Promise<void>;
  /** Fast shutdown: open transactions are rolled back, committed data is on disk. */
  stop(): Promise<void>;
}

const readyDeadlineMs = 60_000;
const keepLogBytes = 4 * 2 ** 20;

/**
 * Starts PostgreSQL over `dataDir`. It ends when `stop()` is called and also when this process dies, however it dies.
 * Throws with what to do when the folder is in use, broken or out of reach.
 */
export async function startPostgres(options: PostgresOptions): Promise<RunningPostgres> {
  const dir = path.resolve(options.dataDir);
  const native = postgresInstallation();
  await stopOrphan(dir);
  const folder = await openDataFolder(dir, native, options.fast ?? false);
  const owner = path.join(dir, 'owner');
  writeFileSync(owner, processIdentity(process.pid) ?? '');
  const deadline = Date.now() + readyDeadlineMs;
  for (;;) {
    const port = options.port ?? (await freePort());
    const attempt = launch(folder, native, { port, fast: options.fast ?? false });
    const outcome = await untilReady(attempt, connection(folder, port), deadline);
    if (outcome === 'ready') {
      const database = options.database ?? 'graft';
      await ensureDatabase(connection(folder, port), database);
      return running(attempt, { url: urlOf(folder, port, database), port, owner });
    }
    // A port lost to another process, and memory of a server killed a moment ago, both pass by themselves.
    const passing =
      /pre-existing shared memory block/.test(outcome) ||
      (options.port === undefined && /could not bind|Address already in use/.test(outcome));
    if (!passing || Date.now() > deadline) throw new Refusal(explain(outcome, dir, port));
    await delay(100);
  }
}

interface Attempt {
  child: ChildProcess;
  exited: Promise<void>;
  /** What this attempt wrote to the server's log so far. */
  output: () => string;
}

function launch(folder: DataFolder, native: string, options: { port: number; fast: boolean }): Attempt {
  const wrapped = wrapFor(folder.account, { native, data: folder.data });
  const durability = options.fast
    ? ['-c', 'fsync=off', '-c', 'synchronous_commit=off', '-c', 'full_page_writes=off']
    : [];
  const [program, args] = wrapped.command(`${wrapped.folders.native}/bin/postgres`, [
    ...['-D', wrapped.folders.data, '-h', '127.0.0.1', '-p', String(options.port), '-k', ''],
    ...['-c', 'max_connections=200', '-c', 'shared_buffers=128MB', ...durability],
  ]);
  const size = statSync(folder.log, { throwIfNoEntry: false })?.size ?? 0;
  const log = openSync(folder.log, size > keepLogBytes ? 'w' : 'a', 0o600);
  const from = size > keepLogBytes ? 0 : size;
  // Detached: Ctrl-C in the terminal must not reach the server before its clients have closed.
  const child = spawn(program, args, {
    cwd: '/',
    detached: true,
    stdio: ['ignore', log, log],
    env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', LC_ALL: 'C', TZ: 'UTC' },
  });
  closeSync(log);
  return {
    child,
    exited: once(child, 'exit').then(() => undefined),
    output: () => readFileSync(folder.log).subarray(from).toString('utf8').slice(-6000),
  };
}

/** 'ready', or the log of a server that ended or never answered. */
async function untilReady(attempt: Attempt, config: pg.ClientConfig, deadline: number): Promise<string> {
  for (;;) {
    if (attempt.child.exitCode !== null || attempt.child.signalCode !== null) return attempt.output();
    const client = new pg.Client({ ...config, connectionTimeoutMillis: 2000 });
    client.on('error', () => undefined);
    try {
      await client.connect();
      await client.end();
      return 'ready';
    } catch (error) {
      if (Date.now() > deadline) {
        attempt.child.kill('SIGQUIT');
        await attempt.exited;
        return `${error instanceof Error ? error.message : String(error)}\n${attempt.output()}`;
      }
      await delay(40);
    }
  }
}

function running(attempt: Attempt, facts: { url: string; port: number; owner: string }): RunningPostgres {
  const { child, exited } = attempt;
  return {
    url: facts.url,
    port: facts.port,
    pid: child.pid ?? 0,
    exited,
    async stop() {
      if (child.exitCode === null && child.signalCode === null) {
        child.kill('SIGINT');
        const patience = setTimeout(() => child.kill('SIGQUIT'), 3000);
        await exited;
        clearTimeout(patience);
      }
      rmSync(facts.owner, { force: true });
    },
  };
}

/** A server whose launcher was killed is stopped; one whose launcher lives is left alone and named. */
async function stopOrphan(dir: string): Promise<void> {
  const pidFile = path.join(dir, 'data/postmaster.pid');
  const content = readIfThere(pidFile);
  const pid = Number(content?.split('\n')[0] ?? 0);
  if (content === undefined || !isAlive(pid)) return;
  if (!isPostgres(pid)) {
    // The number went to another program, which PostgreSQL would take for a running server. Put one there that no
    // process can have, and keep the rest: by it PostgreSQL still notices backends that outlived their server.
    writeFileSync(pidFile, content.replace(/^\d+/, String(2 ** 22 + 1)));
    return;
  }
  const owner = readIfThere(path.join(dir, 'owner'));
  if (owner !== undefined && sameProcess(owner) && owner !== processIdentity(process.pid)) {
    throw new Refusal(
      `${dir} is in use by process ${owner.split(' ')[0]}. Stop that one first, or set GRAFT_HOME to another folder.`,
    );
  }
  process.kill(pid, 'SIGINT');
  const deadline = Date.now() + 15_000;
  while (isAlive(pid)) {
    if (Date.now() > deadline) process.kill(pid, 'SIGQUIT');
    await delay(50);
  }
}

function isPostgres(pid: number): boolean {
  return /postgres/.test(readIfThere(`/proc/${pid}/cmdline`) ?? 'postgres');
}

function readIfThere(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

function connection(folder: DataFolder, port: number): pg.ClientConfig {
  return { host: '127.0.0.1', port, user: 'graft', password: folder.password, database: 'postgres' };
}

function urlOf(folder: DataFolder, port: number, database: string): string {
  return `postgres://graft:${folder.password}@127.0.0.1:${port}/${database}`;
}

async function ensureDatabase(config: pg.ClientConfig, name: string): Promise<void> {
  const client = new pg.Client(config);
  await client.connect();
  try {
    const found = await client.query('select 1 from pg_database where datname = $1', [name]);
    if (found.rowCount === 0) await client.query(`create database ${client.escapeIdentifier(name)}`);
  } finally {
    await client.end();
  }
}

function explain(output: string, dir: string, port: number): string {
  if (/No space left on device/.test(output))
    return `PostgreSQL found no space left on the disk of ${dir}. Free some and start again.`;
  if (/could not bind|Address already in use/.test(output))
    return `Port ${port}, which PostgreSQL was to use, is taken.`;
  return `PostgreSQL over ${dir} did not start. Its last words:\n${output}`;
}
