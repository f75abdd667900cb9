import { access, constants, mkdir, readFile, readdir, rmdir, writeFile } from 'node:fs/promises';
import { readFileSync, writeFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import type { SandboxLimits, SandboxUsage } from '../sandbox-driver.js';

type CgroupLimits = Pick<SandboxLimits, 'memoryBytes' | 'cpus' | 'pids'>;

/** The control group of one sandbox. */
export interface Cgroup {
  /** Files into which the launching shell writes its own process id before it becomes the sandbox. */
  readonly joinFiles: readonly string[];
  usage(): SandboxUsage;
  outOfMemoryKills(): number;
  kill(): void;
  remove(): Promise<void>;
}

/** What this machine lets us enforce through control groups; null where it is nothing. */
export interface CgroupBackend {
  readonly version: 'v1' | 'v2';
  create(id: string, limits: CgroupLimits): Promise<Cgroup>;
  /** Ids of the sandboxes that have a group here, with what kills and removes it. */
  leftovers(): Promise<{ id: string; cgroup: Cgroup }[]>;
}

const CPU_PERIOD_US = 100_000;
const REMOVE_ATTEMPTS = 100;

export interface CgroupMembership {
  /** Controllers of a v1 hierarchy; empty for v2. */
  controllers: string[];
  path: string;
}

/** Parses `/proc/self/cgroup`. */
export function parseMembership(text: string): CgroupMembership[] {
  return text
    .split('\n')
    .filter((line) => line.length > 0)
    .map((line) => {
      const [, controllers = '', ...path] = line.split(':');
      return { controllers: controllers.split(',').filter((name) => name.length > 0), path: path.join(':') };
    });
}

export interface CgroupMount {
  mountPoint: string;
  /** The group that is seen at the mount point: not `/` in a container that has no cgroup namespace. */
  root: string;
}

/** Where each cgroup file system is mounted, from `/proc/self/mountinfo`: v1 controllers by name, and '' for v2. */
export function parseMounts(text: string): Map<string, CgroupMount> {
  const mounts = new Map<string, CgroupMount>();
  for (const line of text.split('\n')) {
    const [before = '', after] = line.split(' - ');
    if (after === undefined) continue;
    const [, , , root = '/', mountPoint = ''] = before.split(' ');
    const [type, , options = ''] = after.split(' ');
    if (type === 'cgroup2') mounts.set('', { mountPoint, root });
    if (type === 'cgroup') for (const option of options.split(',')) mounts.set(option, { mountPoint, root });
  }
  return mounts;
}

/** The folder of group `path`, from the mount point down: [mount point, part, part, ...]. */
export function groupFolder({ mountPoint, root }: CgroupMount, path: string): string[] {
  const below = root !== '/' && (path === root || path.startsWith(`${root}/`)) ? path.slice(root.length) : path;
  return [mountPoint, ...below.split('/').filter((part) => part.length > 0)];
}

/** The strongest back-end that was seen working, not merely present. `prefix` names our groups apart from another installation's. */
export async function detectCgroups(prefix: string): Promise<CgroupBackend | null> {
  const membership = parseMembership(await readFile('/proc/self/cgroup', 'utf8').catch(() => ''));
  const mounts = parseMounts(await readFile('/proc/self/mountinfo', 'utf8').catch(() => ''));
  const candidates = [await version2(membership, mounts, prefix), version1(membership, mounts, prefix)];
  for (const backend of candidates) {
    if (backend !== null && (await works(backend))) return backend;
  }
  return null;
}

async function works(backend: CgroupBackend): Promise<boolean> {
  try {
    const cgroup = await backend.create(`trial-${process.pid}`, { memoryBytes: 1 << 28, cpus: 1, pids: 64 });
    await cgroup.remove();
    return true;
  } catch {
    return false;
  }
}

/** The nearest group above us whose children get memory, pids and cpu, and in which we may make one. */
async function version2(membership: CgroupMembership[], mounts: Map<string, CgroupMount>, prefix: string): Promise<CgroupBackend | null> {
  const mount = mounts.get('');
  const own = membership.find(({ controllers }) => controllers.length === 0)?.path;
  if (mount === undefined || own === undefined) return null;
  const parts = groupFolder(mount, own);
  if (process.getuid?.() !== 0) await delegateOwnGroup(parts.join('/')).catch(() => undefined);
  for (let depth = parts.length; depth >= 1; depth -= 1) {
    const parent = parts.slice(0, depth).join('/');
    const enabled = (await readFile(`${parent}/cgroup.subtree_control`, 'utf8').catch(() => '')).split(/\s+/);
    const writable = await access(parent, constants.W_OK).then(() => true, () => false);
    if (writable && ['memory', 'pids', 'cpu'].every((controller) => enabled.includes(controller))) {
      return backendOf('v2', prefix, new Map([['', parent]]), applyVersion2);
    }
  }
  return null;
}

/**
 * A group that an ordinary user may write was delegated to them (`systemd-run --user --scope -p Delegate=yes`). Controllers can only
 * be handed on by a group without processes of its own, so those move into a leaf first.
 */
async function delegateOwnGroup(own: string): Promise<void> {
  const leaf = `${own}/graft-processes`;
  await mkdir(leaf, { recursive: true });
  const pids = (await readFile(`${own}/cgroup.procs`, 'utf8')).split('\n').filter((pid) => pid.length > 0);
  for (const pid of pids) await writeFile(`${leaf}/cgroup.procs`, pid);
  await writeFile(`${own}/cgroup.subtree_control`, '+memory +pids +cpu');
}

/** Version 1 can be used by root only. The v2 tree beside it, where there is one, still offers `cgroup.kill`. */
function version1(membership: CgroupMembership[], mounts: Map<string, CgroupMount>, prefix: string): CgroupBackend | null {
  if (process.getuid?.() !== 0) return null;
  const parents = new Map<string, string>();
  for (const controller of ['memory', 'pids', 'cpu', 'cpuacct']) {
    const mount = mounts.get(controller);
    const own = membership.find(({ controllers }) => controllers.includes(controller))?.path;
    if (mount === undefined || own === undefined) return null;
    parents.set(controller, groupFolder(mount, own).join('/'));
  }
  const unified = mounts.get('');
  const ownUnified = membership.find(({ controllers }) => controllers.length === 0)?.path;
  if (unified !== undefined && ownUnified !== undefined) parents.set('', groupFolder(unified, ownUnified).join('/'));
  return backendOf('v1', prefix, parents, applyVersion1);
}

type Folders = ReadonlyMap<string, string>;

async function applyVersion2(folders: Folders, limits: CgroupLimits): Promise<void> {
  const folder = folders.get('') ?? '';
  await writeFile(`${folder}/memory.max`, String(limits.memoryBytes));
  await writeFile(`${folder}/memory.swap.max`, '0').catch(() => undefined);
  await writeFile(`${folder}/memory.oom.group`, '1').catch(() => undefined);
  await writeFile(`${folder}/pids.max`, String(limits.pids));
  await writeFile(`${folder}/cpu.max`, `${Math.round(limits.cpus * CPU_PERIOD_US)} ${CPU_PERIOD_US}`);
}

async function applyVersion1(folders: Folders, limits: CgroupLimits): Promise<void> {
  const memory = folders.get('memory') ?? '';
  await writeFile(`${memory}/memory.limit_in_bytes`, String(limits.memoryBytes));
  await writeFile(`${memory}/memory.memsw.limit_in_bytes`, String(limits.memoryBytes)).catch(() => undefined);
  await writeFile(`${folders.get('pids') ?? ''}/pids.max`, String(limits.pids));
  const cpu = folders.get('cpu') ?? '';
  await writeFile(`${cpu}/cpu.cfs_period_us`, String(CPU_PERIOD_US));
  await writeFile(`${cpu}/cpu.cfs_quota_us`, String(Math.round(limits.cpus * CPU_PERIOD_US)));
}

function backendOf(
  version: 'v1' | 'v2',
  prefix: string,
  parents: Folders,
  apply: (folders: Folders, limits: CgroupLimits) => Promise<void>,
): CgroupBackend {
  const foldersOf = (id: string): Folders => new Map([...parents].map(([controller, parent]) => [controller, `${parent}/${prefix}${id}`]));
  const cgroupOf = (folders: Folders): Cgroup => (version === 'v2' ? cgroupVersion2(folders) : cgroupVersion1(folders));
  return {
    version,
    async create(id, limits) {
      const folders = foldersOf(id);
      const cgroup = cgroupOf(folders);
      try {
        // cpu and cpuacct are often one mount, so the same folder may come twice.
        for (const folder of new Set(folders.values())) await mkdir(folder, { recursive: true });
        await apply(folders, limits);
      } catch (error) {
        await cgroup.remove();
        throw error;
      }
      return cgroup;
    },
    async leftovers() {
      const names = await Promise.all([...new Set(parents.values())].map((parent) => readdir(parent).catch(() => [])));
      const ids = new Set(names.flat().filter((name) => name.startsWith(prefix)).map((name) => name.slice(prefix.length)));
      return [...ids].map((id) => ({ id, cgroup: cgroupOf(foldersOf(id)) }));
    },
  };
}

function cgroupVersion2(folders: Folders): Cgroup {
  const folder = folders.get('') ?? '';
  return {
    joinFiles: [`${folder}/cgroup.procs`],
    usage: () => ({ cpuSeconds: field(`${folder}/cpu.stat`, 'usage_usec') / 1e6, peakMemoryBytes: number(`${folder}/memory.peak`) }),
    outOfMemoryKills: () => field(`${folder}/memory.events`, 'oom_kill'),
    kill: () => killGroup(folder),
    remove: () => removeFolders([folder]),
  };
}

function cgroupVersion1(folders: Folders): Cgroup {
  const memory = folders.get('memory') ?? '';
  const unique = [...new Set(folders.values())];
  return {
    joinFiles: unique.map((folder) => `${folder}/cgroup.procs`),
    usage: () => ({
      cpuSeconds: number(`${folders.get('cpuacct') ?? ''}/cpuacct.usage`) / 1e9,
      peakMemoryBytes: number(`${memory}/memory.max_usage_in_bytes`),
    }),
    outOfMemoryKills: () => field(`${memory}/memory.oom_control`, 'oom_kill'),
    kill: () => killGroup(folders.get('') ?? memory),
    remove: () => removeFolders(unique),
  };
}

/** `cgroup.kill` takes the whole group at once; without it (old kernels, v1) each process is signalled until none is left. */
function killGroup(folder: string): void {
  try {
    writeFileSync(`${folder}/cgroup.kill`, '1');
  } catch {
    for (const pid of read(`${folder}/cgroup.procs`).split('\n').filter((line) => line.length > 0)) {
      try {
        process.kill(Number(pid), 'SIGKILL');
      } catch {
        // It ended by itself.
      }
    }
  }
}

/** A group can be removed only once the kernel has buried its last process. */
async function removeFolders(folders: readonly string[]): Promise<void> {
  for (const folder of folders) {
    for (let attempt = 1; ; attempt += 1) {
      try {
        await rmdir(folder);
        break;
      } catch (error) {
        const code = (error as NodeJS.ErrnoException).code;
        if (code === 'ENOENT') break;
        if (attempt === REMOVE_ATTEMPTS) throw error;
        if (code === 'EBUSY') killGroup(folder);
        await delay(10);
      }
    }
  }
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

const number = (file: string): number => Number(read(file).trim()) || 0;
const field = (file: string, name: string): number =>
  Number(new RegExp(`^${name} (\\d+)$`, 'm').exec(read(file))?.[1] ?? 0);
