import { spawnSync } from 'node:child_process';
import path from 'node:path';

/** Where the launcher works and with which environment; read once, by the entry, and handed on. */
export interface Workplace {
  /** The checkout. */
  root: string;
  /** GRAFT_HOME, absolute. */
  home: string;
  host: string;
  port: number;
  /** The environment of every tool and process started: the caller's, with the pinned Node first on PATH. */
  environment: NodeJS.ProcessEnv;
}

const root = path.resolve(import.meta.dirname, '../../..');

/** @throws Error naming the variable when GRAFT_PORT is not a port */
export function readWorkplace(environment: NodeJS.ProcessEnv): Workplace {
  const port = Number(environment.GRAFT_PORT || 3000);
  if (!Number.isInteger(port) || port < 1 || port > 65_535) {
    throw new Error(`GRAFT_PORT is '${environment.GRAFT_PORT}'; a whole number from 1 to 65535 is expected.`);
  }
  return {
    root,
    home: path.resolve(environment.GRAFT_HOME || path.join(root, '.graft')),
    host: environment.GRAFT_HOST || '127.0.0.1',
    port,
    environment,
  };
}

/** The commit that runs here, `-changed` when files differ from it, `unknown` outside a git checkout. */
export function codeRevision(place: Workplace): string {
  const git = (...args: string[]): string | undefined => {
    const result = spawnSync('git', ['-c', 'safe.directory=*', ...args], { cwd: place.root, encoding: 'utf8' });
    return result.status === 0 ? result.stdout.trim() : undefined;
  };
  const commit = git('rev-parse', 'HEAD');
  if (commit === undefined) return 'unknown';
  return git('status', '--porcelain', '--untracked-files=no') === '' ? commit : `${commit}-changed`;
}
