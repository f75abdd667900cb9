// System programs that npm cannot bring. Root installs them; an ordinary user unpacks them below GRAFT_HOME with an
// apt state of its own, which touches nothing of the system.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { runTool } from './owned-process.js';

const apt = '/usr/bin/apt-get';
/** An apt process that runs beside us is waited for; a network that does not answer is given up soon. */
const patience = ['-o', 'DPkg::Lock::Timeout=120', '-o', 'Acquire::Retries=1', '-o', 'Acquire::http::Timeout=20'];

export const hasApt = (): boolean => existsSync(apt);

/** Installs packages system-wide (root only). Answers whether apt said yes; its last words go to the terminal if not. */
export async function installPackages(names: readonly string[], signal: AbortSignal): Promise<boolean> {
  const environment = { ...systemEnvironment, DEBIAN_FRONTEND: 'noninteractive' };
  const install = ['install', '-y', '-qq', '--no-install-recommends', ...names];
  const run = (args: readonly string[]): Promise<number> =>
    runTool(apt, [...patience, ...args], { env: environment, stdio: ['ignore', 'ignore', 'inherit'], signal });
  // The lists of a long-lived machine may be out of date, those of a fresh container absent.
  return (await run(['update', '-qq'])) === 0 && (await run(install)) === 0;
}

/**
 * Unpacks packages, and what they need that the system lacks, into `target`. Needs no rights.
 * @returns false when apt cannot resolve or fetch them
 */
export async function unpackPackages(names: readonly string[], target: string, signal: AbortSignal): Promise<boolean> {
  const work = `${target}.apt-${process.pid}`;
  try {
    mkdirSync(path.join(work, 'lists/partial'), { recursive: true });
    mkdirSync(path.join(work, 'archives/partial'), { recursive: true });
    const ownState = [
      ...[
        '-o',
        `Dir::State::Lists=${work}/lists`,
        '-o',
        `Dir::Cache=${work}`,
        '-o',
        `Dir::Cache::Archives=${work}/archives`,
      ],
      ...['-o', 'Debug::NoLocking=true', '-o', `Dir::Log=${work}`, ...patience],
    ];
    const run = (args: readonly string[]): Promise<number> =>
      runTool(apt, [...ownState, ...args], { cwd: work, env: systemEnvironment, stdio: 'ignore', signal });
    if ((await run(['update', '-qq'])) !== 0) return false;
    const download = ['install', '-y', '-qq', '--download-only', '--no-install-recommends', ...names];
    if ((await run(download)) !== 0) return false;
    const archives = readdirSync(path.join(work, 'archives')).filter((file) => file.endsWith('.deb'));
    mkdirSync(target, { recursive: true });
    return archives.every((file) => spawnSync('dpkg', ['-x', path.join(work, 'archives', file), target]).status === 0);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

const systemEnvironment = { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', LC_ALL: 'C.UTF-8' };
