// The folder of an embedded server. Layout: `data/` (PostgreSQL's own), `password`, `owner` (pid of the launcher), `server.log`.
import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { type Account, serverAccount, wrapFor } from './account.js';
import { runToEnd } from './run-to-end.js';
import { Refusal } from '../refusal.js';

export interface DataFolder {
  data: string;
  password: string;
  log: string;
  account: Account | undefined;
}

/**
 * Opens the folder and runs initdb when it holds no database yet. initdb works in `initialising/`, which becomes
 * `data/` by one rename: a start that was killed half-way leaves nothing that looks like a database.
 * Throws when `data/` exists and is not a whole PostgreSQL 18 data folder.
 */
export async function openDataFolder(dir: string, native: string, fast: boolean): Promise<DataFolder> {
  mkdirSync(dir, { recursive: true });
  const data = path.join(dir, 'data');
  const account = serverAccount(data);
  // The account that runs the server must pass through, and may see nothing else in here.
  chmodSync(dir, account === undefined ? 0o700 : 0o711);
  if (existsSync(data) && readdirSync(data).length === 0) rmSync(data, { recursive: true });
  if (existsSync(data)) assertWhole(data);
  else await initialise(dir, native, { account, fast });
  return {
    data,
    account,
    password: readPassword(path.join(dir, 'password')),
    log: path.join(dir, 'server.log'),
  };
}

async function initialise(
  dir: string,
  native: string,
  options: { account: Account | undefined; fast: boolean },
): Promise<void> {
  const { account, fast } = options;
  const unfinished = path.join(dir, 'initialising');
  rmSync(unfinished, { recursive: true, force: true });
  mkdirSync(unfinished, { mode: 0o700 });
  const password = randomBytes(24).toString('base64url');
  const passwordInside = path.join(unfinished, 'password');
  writeFileSync(path.join(dir, 'password'), password, { mode: 0o600 });
  mkdirSync(path.join(unfinished, 'data'), { mode: 0o700 });
  writeFileSync(passwordInside, `${password}\n`, { mode: 0o600 });
  if (account !== undefined) {
    for (const file of [unfinished, path.join(unfinished, 'data'), passwordInside]) {
      chownSync(file, account.uid, account.gid);
    }
  }
  const wrapped = wrapFor(account, { native, data: unfinished });
  const inside = wrapped.folders;
  const [program, args] = wrapped.command(`${inside.native}/bin/initdb`, [
    ...['--pgdata', `${inside.data}/data`, '--username', 'graft', '--pwfile', `${inside.data}/password`],
    ...['--auth', 'scram-sha-256', '--encoding', 'UTF8', '--locale', 'C'],
    ...(fast ? ['--no-sync'] : []),
  ]);
  await runToEnd(program, args);
  renameSync(path.join(unfinished, 'data'), path.join(dir, 'data'));
  rmSync(unfinished, { recursive: true });
}

function assertWhole(data: string): void {
  const missing = ['PG_VERSION', 'global/pg_control', 'base', 'pg_wal'].filter(
    (entry) => !existsSync(path.join(data, entry)),
  );
  const moveAway = `Restore it from a backup, or move it away (mv ${data} ${data}.broken) and start again with an empty database.`;
  if (missing.length > 0) {
    throw new Refusal(`${data} is not a whole PostgreSQL data folder: ${missing.join(', ')} missing. ${moveAway}`);
  }
  const version = readFileSync(path.join(data, 'PG_VERSION'), 'utf8').trim();
  if (version !== '18') {
    throw new Refusal(`${data} was written by PostgreSQL ${version}; this Graft brings PostgreSQL 18. ${moveAway}`);
  }
}

function readPassword(file: string): string {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch (cause) {
    throw new Refusal(
      `${file} cannot be read: it holds the password of the database beside it. Restore it, or start Graft as the user who made it.`,
      { cause },
    );
  }
}
