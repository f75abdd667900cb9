// PostgreSQL refuses to run as root, so a launcher that is root hands it to an unprivileged account. That account may
// be unable to enter the checkout (root's home is 0700): then the server gets a private mount namespace of its own.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { Refusal } from '../refusal.js';

export interface Account {
  uid: number;
  gid: number;
}

export interface ServerFolders {
  /** Folder with the server's `bin/`, `lib/` and `share/`. */
  native: string;
  /** Folder that the server owns and writes. */
  data: string;
}

/** A program to spawn: arguments first to last, folders as the program will see them. */
export interface Wrapped {
  command: (program: string, args: readonly string[]) => [string, string[]];
  folders: ServerFolders;
}

const inNamespace: ServerFolders = { native: '/mnt/native', data: '/mnt/data' };

// Runs as root inside the new namespace: everything it mounts is seen by this process tree only and vanishes with it.
const mountAndRun = `set -e
mount -t tmpfs -o mode=0755,size=64k graft-postgres /mnt
mkdir ${inNamespace.native} ${inNamespace.data}
mount --bind "$1" ${inNamespace.native}
mount --bind "$2" ${inNamespace.data}
shift 2
exec "$@"`;

/** Whom the server runs as, or undefined for "as ourselves". A data folder keeps the owner it has. */
export function serverAccount(dataDir: string): Account | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const owner = statSync(dataDir, { throwIfNoEntry: false });
  if (owner !== undefined && owner.uid !== 0) return { uid: owner.uid, gid: owner.gid };
  const accounts = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'));
  const account = accounts.find(([name]) => name === 'postgres') ?? accounts.find(([name]) => name === 'nobody');
  if (account === undefined) {
    throw new Refusal(
      'Graft runs as root, PostgreSQL does not, and this machine has neither an account "postgres" nor "nobody". ' +
        'Add one (useradd --system postgres), start Graft as an ordinary user, or set DATABASE_URL.',
    );
  }
  return { uid: Number(account[2]), gid: Number(account[3]) };
}

/**
 * How to start a PostgreSQL program over these folders: as `account`, and ended by the kernel when this process dies
 * (the death signal belongs to the spawning thread, so spawn from the main thread).
 */
export function wrapFor(account: Account | undefined, folders: ServerFolders): Wrapped {
  const drop = dropPrivileges(account);
  if (account === undefined || canReach(drop, folders)) {
    return { command: (program, args) => split([...drop, program, ...args]), folders };
  }
  const prefix = ['unshare', '--mount', '--propagation', 'private', '--', 'sh', '-c', mountAndRun, 'sh'];
  const namespace = [...prefix, folders.native, folders.data, ...drop];
  if (spawnSync('unshare', ['--mount', '--propagation', 'private', 'true']).status !== 0) {
    throw new Refusal(
      `Graft runs as root, PostgreSQL must not, and account ${account.uid} cannot enter ${folders.data} ` +
        'and the checkout (look for a 0700 folder above them); a private mount namespace is not allowed here either. ' +
        'Move the checkout to a folder everybody can enter, start Graft as an ordinary user, or set DATABASE_URL.',
    );
  }
  return { command: (program, args) => split([...namespace, program, ...args]), folders: inNamespace };
}

function split([program, ...args]: readonly string[]): [string, string[]] {
  if (program === undefined) throw new Error('no program to run');
  return [program, args];
}

function dropPrivileges(account: Account | undefined): string[] {
  const setpriv = ['/usr/bin/setpriv', '/bin/setpriv'].find((file) => existsSync(file));
  if (setpriv === undefined) {
    if (account === undefined) return [];
    throw new Refusal(
      'setpriv (package util-linux) is missing: it is what starts PostgreSQL as an unprivileged account.',
    );
  }
  const identity = account === undefined ? [] : [`--reuid=${account.uid}`, `--regid=${account.gid}`, '--clear-groups'];
  return [setpriv, '--pdeathsig', 'INT', ...identity, '--'];
}

function canReach(drop: readonly string[], folders: ServerFolders): boolean {
  const [program, args] = split([
    ...drop,
    'sh',
    '-c',
    'test -x "$1/bin/postgres" && test -w "$2"',
    'sh',
    folders.native,
    folders.data,
  ]);
  return spawnSync(program, args).status === 0;
}
