import { accessSync, constants, existsSync, lstatSync, readFileSync, readlinkSync } from 'node:fs';
import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import type { SystemFolder } from './bubblewrap.js';
import { detectCgroups, type CgroupBackend } from './cgroups.js';
import { chooseStage, launchArguments, uidPoolStart } from './launch-chain.js';
import { seccompProgram } from './seccomp.js';
import { syscallTables } from './seccomp-tables.js';

const run = promisify(execFile);
export const SYSTEM_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** How the wall around a sandbox is built here, best first. */
export type Wall =
  | { kind: 'bubblewrap'; binary: string; version: string; disableNestedNamespaces: boolean }
  | { kind: 'namespaces' }
  | { kind: 'unsandboxed' };

export interface HostFacilities {
  wall: Wall;
  /** Why it is not the best wall; null where it is. */
  shortfall: string | null;
  seccomp: Buffer | null;
  cgroups: CgroupBackend | null;
  /** First uid of the pool that a root control plane drops to; null for an ordinary user, whose sandboxes share its own uid. */
  uidPool: number | null;
  systemFolders: SystemFolder[];
}

export interface FacilityOptions {
  /** `<home>/tools` may hold a bwrap of our own. */
  home: string;
  allowUnsandboxed: boolean;
  /** Names our control groups. */
  prefix: string;
}

export async function detectFacilities(options: FacilityOptions): Promise<HostFacilities> {
  const isRoot = process.getuid?.() === 0;
  const table = syscallTables[process.arch];
  const { wall, shortfall } = await chooseWall(options);
  return {
    wall,
    shortfall,
    seccomp: table === undefined || wall.kind !== 'bubblewrap' ? null : seccompProgram(table),
    cgroups: await detectCgroups(options.prefix),
    // Without a wall nothing is staged, so the worker's own user it is.
    uidPool: isRoot && wall.kind !== 'unsandboxed' ? uidPoolStart(readFileSync('/proc/self/uid_map', 'utf8')) : null,
    systemFolders: systemFolders(),
  };
}

async function chooseWall({
  home,
  allowUnsandboxed,
}: FacilityOptions): Promise<{ wall: Wall; shortfall: string | null }> {
  const problems: string[] = [];
  const binary = findBinary('bwrap', [path.join(home, 'tools')]);
  if (binary === null) problems.push('bubblewrap (bwrap) is not installed');
  else {
    for (const disableNestedNamespaces of [true, false]) {
      const trial = await tryBubblewrap(binary, disableNestedNamespaces);
      if (trial === null) {
        const { stdout } = await run(binary, ['--version']);
        return {
          wall: { kind: 'bubblewrap', binary, version: stdout.trim(), disableNestedNamespaces },
          shortfall: null,
        };
      }
      problems.push(trial);
    }
  }
  const namespaces = await tryNamespaces();
  if (namespaces === null) return { wall: { kind: 'namespaces' }, shortfall: problems.join('; ') };
  problems.push(namespaces);
  if (allowUnsandboxed) return { wall: { kind: 'unsandboxed' }, shortfall: problems.join('; ') };
  throw new Error(
    `No sandbox can be built on this machine: ${problems.join('; ')}. Install bubblewrap (apt-get install bubblewrap) or allow unprivileged ` +
      'user namespaces (sysctl kernel.unprivileged_userns_clone=1; on Ubuntu an AppArmor profile for bwrap). To run without any isolation, ' +
      'for development only, set GRAFT_ALLOW_UNSANDBOXED=1.',
  );
}

/** Tried by the chain and as the user that it will really run as: what root may do says nothing about it. Returns what went wrong. */
async function attempt(binary: string, args: readonly string[]): Promise<string | null> {
  const isRoot = process.getuid?.() === 0;
  const stage = chooseStage([binary], existsSync);
  const chain = launchArguments({
    joinFiles: [],
    drop: isRoot
      ? {
          uid: uidPoolStart(readFileSync('/proc/self/uid_map', 'utf8')),
          stage,
          paths: [{ source: binary, name: 'binary' }],
        }
      : null,
    rlimits: { fileBytes: 1 << 20, dataBytes: null, processes: null },
    command: [isRoot ? `${stage}/binary` : binary, ...args],
  });
  try {
    await run('/bin/sh', chain, { env: { PATH: SYSTEM_PATH }, cwd: '/', timeout: 10_000 });
    return null;
  } catch (error) {
    const { stderr } = error as { stderr?: string };
    return `${path.basename(binary)}: ${(stderr || String(error)).trim().split('\n').at(-1)?.slice(0, 300) ?? ''}`;
  }
}

async function tryBubblewrap(binary: string, disableNestedNamespaces: boolean): Promise<string | null> {
  const nested = disableNestedNamespaces ? ['--disable-userns'] : [];
  const inside = ['--ro-bind', '/', '/', '--proc', '/proc', '--', '/bin/true'];
  return await attempt(binary, ['--unshare-all', '--unshare-user', ...nested, '--cap-drop', 'ALL', ...inside]);
}

async function tryNamespaces(): Promise<string | null> {
  const binary = findBinary('unshare');
  if (binary === null) return 'unshare (util-linux) is not installed';
  return await attempt(binary, [
    '--user',
    '--map-root-user',
    '--mount',
    '--pid',
    '--fork',
    '--net',
    '--ipc',
    '--uts',
    '--kill-child=KILL',
    '/bin/true',
  ]);
}

export function findBinary(name: string, first: readonly string[] = []): string | null {
  for (const folder of [...first, ...SYSTEM_PATH.split(':')]) {
    const candidate = path.join(folder, name);
    try {
      accessSync(candidate, constants.X_OK);
      return candidate;
    } catch {
      continue;
    }
  }
  return null;
}

/** `/bin`, `/lib`, ... are links into /usr on most systems and folders on some. */
function systemFolders(): SystemFolder[] {
  return ['/bin', '/sbin', '/lib', '/lib32', '/lib64', '/libx32']
    .filter((folder) => existsSync(folder))
    .map((folder) => ({ path: folder, linkTarget: lstatSync(folder).isSymbolicLink() ? readlinkSync(folder) : null }));
}
