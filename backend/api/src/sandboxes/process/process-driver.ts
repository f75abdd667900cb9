import { spawn, type ChildProcess } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmod, lchown, mkdir, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Writable } from 'node:stream';
import {
  SandboxStartFailed,
  type IsolationReport,
  type Sandbox,
  type SandboxDriver,
  type SandboxSpec,
} from '../sandbox-driver.js';
import { detectFacilities, SYSTEM_PATH, type HostFacilities } from './host-facilities.js';
import { ARGUMENTS_FD, planLaunch, SECCOMP_FD } from './launch-plan.js';
import { isProbeOfLivingWorker, measureIsolation } from './probes.js';
import { RunningSandbox } from './running-sandbox.js';

/** Marks the launcher's environment, so that a process left by a killed worker can be told from everybody else's. */
const MARK = 'GRAFT_SANDBOX';

export interface ProcessDriverOptions {
  home: string;
  appRoot: string;
  allowUnsandboxed: boolean;
}

/** Sandboxes as processes of this machine: bubblewrap, an own uid, seccomp, control groups where they can be had. */
export class ProcessDriver implements SandboxDriver {
  readonly name = 'process';
  readonly runtime: string;

  private constructor(
    private readonly options: ProcessDriverOptions,
    private readonly facilities: HostFacilities,
    private readonly mark: string,
  ) {
    this.runtime = facilities.wall.kind === 'bubblewrap' ? facilities.wall.version : facilities.wall.kind;
  }

  /** @param adjust for tests: makes do with less than this host offers */
  static async open(
    options: ProcessDriverOptions,
    adjust: (facilities: HostFacilities) => HostFacilities = (facilities) => facilities,
  ): Promise<ProcessDriver> {
    await mkdir(path.join(options.home, 'sandboxes'), { recursive: true });
    // Tells our processes and control groups from those of another installation on this machine.
    const mark = createHash('sha256').update(options.home).digest('hex').slice(0, 16);
    const facilities = await detectFacilities({ ...options, prefix: `graft-${mark}-` });
    return new ProcessDriver(options, adjust(facilities), mark);
  }

  async probe(): Promise<IsolationReport> {
    return await measureIsolation(this, this.facilities, this.options.home);
  }

  async start(spec: SandboxSpec): Promise<Sandbox> {
    const { facilities } = this;
    const folder = this.folderOf(spec.id);
    await this.prepareFolders(spec, folder);
    const cgroup = (await facilities.cgroups?.create(spec.id, spec.limits)) ?? null;
    try {
      const joinFiles = cgroup?.joinFiles ?? [];
      const plan = planLaunch({ spec, folder, facilities, appRoot: this.options.appRoot, joinFiles });
      const child = spawn('/bin/sh', plan.shell, {
        // bwrap's own environment can be read inside as /proc/1/environ whatever --clearenv says: it must hold nothing.
        env: { PATH: SYSTEM_PATH, [MARK]: `${this.mark}/${spec.id}` },
        cwd: '/',
        detached: true,
        stdio: ['ignore', 'pipe', 'pipe', 'pipe', 'pipe', 'pipe'],
      });
      await started(child);
      this.handOver(child, ARGUMENTS_FD, plan.arguments);
      this.handOver(child, SECCOMP_FD, facilities.seccomp ?? Buffer.alloc(0));
      return new RunningSandbox({ spec, view: plan.view, cgroup }, child as ChildProcess & { pid: number });
    } catch (error) {
      await cgroup?.remove();
      throw new SandboxStartFailed(`The sandbox could not be started: ${String(error)}`, { cause: error });
    }
  }

  async reap(findAlive: () => Promise<ReadonlySet<string>>): Promise<string[]> {
    const processes = await this.markedProcesses();
    const groups = (await this.facilities.cgroups?.leftovers()) ?? [];
    const folders = await readdir(path.join(this.options.home, 'sandboxes'));
    const alive = await findAlive();
    const isOrphan = (id: string): boolean => !alive.has(id) && !isProbeOfLivingWorker(id);

    for (const { pid } of processes.filter(({ id }) => isOrphan(id))) {
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        // It ended by itself.
      }
    }
    for (const { kill, remove } of groups.filter(({ id }) => isOrphan(id))) {
      kill();
      await remove();
    }
    for (const id of folders.filter(isOrphan)) await rm(this.folderOf(id), { recursive: true, force: true });
    return [...new Set([...processes.map(({ id }) => id), ...groups.map(({ id }) => id), ...folders].filter(isOrphan))];
  }

  /** Generated files and sockets of a sandbox; removed with it. */
  folderOf(id: string): string {
    return path.join(this.options.home, 'sandboxes', id);
  }

  private async prepareFolders(spec: SandboxSpec, folder: string): Promise<void> {
    const etc = path.join(folder, 'etc');
    await mkdir(etc, { recursive: true, mode: 0o755 });
    await writeFile(path.join(etc, 'passwd'), 'sandbox:x:1000:1000::/workspace:/bin/sh\n');
    await writeFile(path.join(etc, 'group'), 'sandbox:x:1000:\n');
    await writeFile(path.join(etc, 'nsswitch.conf'), 'hosts: files\npasswd: files\ngroup: files\n');
    await writeFile(path.join(etc, 'hosts'), '127.0.0.1 localhost\n::1 localhost\n');
    for (const writable of [
      spec.workspace,
      ...spec.mounts.filter((mount) => mount.writable).map(({ source }) => source),
    ]) {
      await mkdir(writable, { recursive: true });
      await chmod(writable, 0o700);
      if (this.facilities.uidPool !== null) await giveTo(writable, this.facilities.uidPool + spec.slot);
    }
    if (this.facilities.wall.kind === 'unsandboxed') await linkInputs(spec, path.join(folder, 'inputs'));
  }

  private handOver(child: ChildProcess, fd: number, bytes: Buffer): void {
    const pipe = child.stdio[fd] as Writable;
    pipe.on('error', () => undefined);
    pipe.end(bytes);
  }

  private async markedProcesses(): Promise<{ pid: number; id: string }[]> {
    const found: { pid: number; id: string }[] = [];
    for (const name of await readdir('/proc')) {
      if (!/^\d+$/.test(name)) continue;
      const environment = await readFile(`/proc/${name}/environ`, 'utf8').catch(() => '');
      const value = environment.split('\0').find((entry) => entry.startsWith(`${MARK}=${this.mark}/`));
      if (value !== undefined) found.push({ pid: Number(name), id: value.slice(value.indexOf('/') + 1) });
    }
    return found;
  }
}

async function started(child: ChildProcess): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    child.once('spawn', resolve);
    child.once('error', reject);
  });
}

/** Without mounts, inputs from elsewhere are linked to where the runner looks for them. */
async function linkInputs(spec: SandboxSpec, inputs: string): Promise<void> {
  await mkdir(inputs, { recursive: true });
  for (const { source, target } of spec.mounts) {
    const place = path.join(inputs, path.basename(target));
    if (path.dirname(target) === '/inputs' && place !== source) await symlink(source, place);
  }
}

/** Hands a tree to the sandbox's uid, which may differ from the one of the last attempt. Links are handed over, never followed. */
async function giveTo(folder: string, uid: number): Promise<void> {
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const name = path.join(folder, entry.name);
    if (entry.isDirectory()) await giveTo(name, uid);
    else await lchown(name, uid, uid);
  }
  await lchown(folder, uid, uid);
}
