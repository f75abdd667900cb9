import { access, constants, mkdir, readFile, readdir, rmdir, writeFile } from 'node:fs/promises';
import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
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

/** The group of a sandbox that some worker, perhaps a dead one, made. */
export interface Leftover {
  id: string;
  kill(): void;
  remove(): Promise<void>;
}

/** What this machine lets us enforce through control groups; null where it is nothing. */
export interface CgroupBackend {
  readonly version: 'v1' | 'v2';
  create(id: string, limits: CgroupLimits): Promise<Cgroup>;
  /** Sandboxes that have a group here. */
  leftovers(): Promise<Leftover[]>;
}

const CPU_PERIOD_US = 100_000;
const REMOVE_ATTEMPTS = 100;
/** Groups of user sessions and containers lie about this deep. */
const MAX_DEPTH = 6;

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
      const [, controllers = '', ...parts] = line.split(':');
      return { controllers: controllers.split(',').filter((name) => name.length > 0), path: parts.join(':') };
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
    const cgroup = await backend.create(`probe-${process.pid}-trial`, { memoryBytes: 1 << 28, cpus: 1, pids: 64 });
    try {
      // A group can often be made where nobody may be moved into it.
      const joins = cgroup.joinFiles.map((file) => `echo $$ > '${file}'`).join(' && ');
      await promisify(execFile)('/bin/sh', ['-c', joins], { timeout: 5_000 });
      return true;
    } finally {
      await cgroup.remove();
    }
  } catch {
    return false;
  }
}

/** The nearest group above us whose children get memory, pids and cpu, and in which we may make one. */
async function version2(
  membership: CgroupMembership[],
  mounts: Map<string, CgroupMount>,
  prefix: string,
): Promise<CgroupBackend | null> {
  const mount = mounts.get('');
  const own = membership.find(({ controllers }) => controllers.length === 0)?.path;
  if (mount === undefined || own === undefined) return null;
  const parts = groupFolder(mount, own);
  if (process.getuid?.() !== 0) await delegateOwnGroup(parts.join('/')).catch(() => undefined);
  for (let depth = parts.length; depth >= 1; depth -= 1) {
    const parent = parts.slice(0, depth).join('/');
    const enabled = (await readFile(`${parent}/cgroup.subtree_control`, 'utf8').catch(() => '')).split(/\s+/);
    const writable = await access(parent, constants.W_OK).then(
      () => true,
      () => false,
    );
    if (writable && ['memory', 'pids', 'cpu'].every((controller) => enabled.includes(controller))) {
      return backendOf('v2', prefix, { parents: new Map([['', parent]]), roots: [mount.mountPoint] });
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
function version1(
  membership: CgroupMembership[],
  mounts: Map<string, CgroupMount>,
  prefix: string,
): CgroupBackend | null {
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
  const roots = [...new Set([...parents.keys()].map((controller) => mounts.get(controller)?.mountPoint ?? ''))];
  return backendOf('v1', prefix, { parents, roots });
}

type Folders = ReadonlyMap<string, string>;

interface Hierarchies {
  /** Controller -> the group that ours are made in. */
  parents: Folders;
  /** Mount points. */
  roots: readonly string[];
}

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

function backendOf(version: 'v1' | 'v2', prefix: string, { parents, roots }: Hierarchies): CgroupBackend {
  const apply = version === 'v2' ? applyVersion2 : applyVersion1;
  const foldersOf = (id: string): Folders =>
    new Map([...parents].map(([controller, parent]) => [controller, `${parent}/${prefix}${id}`]));
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
      const found = await Promise.all(roots.map((root) => groupsBelow(root, prefix, MAX_DEPTH)));
      const byId = Map.groupBy(found.flat(), (folder) => path.basename(folder).slice(prefix.length));
      return [...byId].map(([id, folders]) => ({
        id,
        kill: () => folders.forEach(killGroup),
        remove: () => removeFolders(folders),
      }));
    },
  };
}

/** Looked for in the whole hierarchy: the worker that made a group may have lived in another one than ours. */
async function groupsBelow(folder: string, prefix: string, depth: number): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  const children = entries.filter((entry) => entry.isDirectory()).map(({ name }) => path.join(folder, name));
  const own = children.filter((child) => path.basename(child).startsWith(prefix));
  if (depth === 0) return own;
  const others = children.filter((child) => !own.includes(child));
  return [...own, ...(await Promise.all(others.map((child) => groupsBelow(child, prefix, depth - 1)))).flat()];
}

function cgroupVersion2(folders: Folders): Cgroup {
  const folder = folders.get('') ?? '';
  return {
    joinFiles: [`${folder}/cgroup.procs`],
    usage: () => ({
      cpuSeconds: field(`${folder}/cpu.stat`, 'usage_usec') / 1e6,
      peakMemoryBytes: number(`${folder}/memory.peak`),
    }),
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
    for (const pid of read(`${folder}/cgroup.procs`)
      .split('\n')
      .filter((line) => line.length > 0)) {
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
