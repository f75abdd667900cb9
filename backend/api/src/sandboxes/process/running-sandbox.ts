import type { ChildProcess } from 'node:child_process';
import { lstat, readdir } from 'node:fs/promises';
import path from 'node:path';
import type { Duplex, Readable } from 'node:stream';
import type { EndReason, Sandbox, SandboxEnd, SandboxSpec, SandboxUsage, SandboxView } from '../sandbox-driver.js';
import type { Cgroup } from './cgroups.js';
import { statOf, TreeMeter, treeOf, type ProcessStat } from './process-tree.js';

const STDERR_TAIL_BYTES = 4096;
/** Without a control group memory is only watched; at 50 to 100 ms a fast allocator overshoots by about a tenth. */
const MEMORY_POLL_MS = 100;
const POLL_MS = 500;
const DISK_POLL_MS = 2_000;
const MAX_WORKSPACE_ENTRIES = 200_000;
const VANISH_DEADLINE_MS = 10_000;

/** A launched process tree with its limits. Everything that ends it goes through `kill`, so the first reason is the reported one. */
export class RunningSandbox implements Sandbox {
  readonly id: string;
  readonly pid: number;
  readonly channel: Duplex;
  readonly ended: Promise<SandboxEnd>;
  private readonly meter = new TreeMeter();
  private readonly timers: NodeJS.Timeout[] = [];
  private tree: ProcessStat[] = [];
  private killReason: EndReason | null = null;
  private outputBytes = 0;
  private stderrTail = '';

  readonly view: SandboxView;
  private readonly spec: SandboxSpec;
  private readonly cgroup: Cgroup | null;

  constructor(
    about: { spec: SandboxSpec; view: SandboxView; cgroup: Cgroup | null },
    private readonly child: ChildProcess & { readonly pid: number },
  ) {
    this.spec = about.spec;
    this.view = about.view;
    this.cgroup = about.cgroup;
    this.id = about.spec.id;
    this.pid = child.pid;
    this.channel = child.stdio[3] as Duplex;
    // A sandbox that ends closes its channel whenever it likes; that it ended is what `ended` says.
    this.channel.on('error', () => undefined);
    this.countOutput(child.stdout as Readable, false);
    this.countOutput(child.stderr as Readable, true);
    this.watch();
    this.ended = new Promise((resolve, reject) => {
      child.once('exit', (exitCode, signal) => {
        this.finish(exitCode, signal).then(resolve, reject);
      });
    });
  }

  usage(): SandboxUsage {
    return this.cgroup?.usage() ?? this.meter.usage();
  }

  terminate(): void {
    // The first two are bwrap's monitor and its pid 1: ending those would end everything at once.
    void treeOf(this.pid).then((tree) => {
      for (const { pid } of tree.slice(2)) signal(pid, 'SIGTERM');
    });
  }

  kill(reason: EndReason): void {
    this.killReason ??= reason;
    this.cgroup?.kill();
    signal(-this.pid, 'SIGKILL');
  }

  private watch(): void {
    const { limits, workspace } = this.spec;
    this.timers.push(setTimeout(() => this.kill('deadline'), limits.wallMs));
    const memoryIsWatched = this.cgroup === null;
    this.every(memoryIsWatched ? MEMORY_POLL_MS : POLL_MS, async () => {
      this.tree = await treeOf(this.pid);
      const memoryBytes = this.meter.record(this.tree);
      if (memoryIsWatched && memoryBytes > limits.memoryBytes) this.kill('oom');
      if (this.usage().cpuSeconds > limits.cpuSeconds) this.kill('cpu-budget');
    });
    this.every(DISK_POLL_MS, async () => {
      if ((await folderBytes(workspace)) > limits.workspaceBytes) this.kill('disk');
    });
  }

  /** Repeats `task`, each time `ms` after the last one ended. */
  private every(ms: number, task: () => Promise<void>): void {
    const again = async (): Promise<void> => {
      await task().catch(() => undefined);
      if (this.child.exitCode === null && this.child.signalCode === null)
        this.timers.push(setTimeout(() => void again(), ms));
    };
    void again();
  }

  private countOutput(stream: Readable, isError: boolean): void {
    stream.on('error', () => undefined);
    stream.on('data', (chunk: Buffer) => {
      this.outputBytes += chunk.length;
      if (isError) this.stderrTail = (this.stderrTail + chunk.toString('utf8')).slice(-STDERR_TAIL_BYTES);
      if (this.outputBytes > this.spec.limits.logBytes) this.kill('log');
    });
  }

  private async finish(exitCode: number | null, exitSignal: NodeJS.Signals | null): Promise<SandboxEnd> {
    for (const timer of this.timers) clearTimeout(timer);
    const outOfMemory =
      (this.cgroup?.outOfMemoryKills() ?? 0) > 0 || /heap out of memory|std::bad_alloc/.test(this.stderrTail);
    const reason: EndReason = this.killReason ?? (exitCode === 0 ? 'completed' : outOfMemory ? 'oom' : 'failed');
    this.cgroup?.kill();
    signal(-this.pid, 'SIGKILL');
    await this.vanished();
    const usage = this.usage();
    await this.cgroup?.remove();
    return { reason, exitCode: exitSignal === null ? exitCode : null, stderrTail: this.stderrTail, usage };
  }

  /** The pid namespace takes its processes along, but not before `exit` of the launcher is seen: wait until the last is gone. */
  private async vanished(): Promise<void> {
    const deadline = Date.now() + VANISH_DEADLINE_MS;
    for (const { pid, startTicks } of this.tree) {
      for (
        let stat = await statOf(pid);
        stat?.startTicks === startTicks && stat.state !== 'Z';
        stat = await statOf(pid)
      ) {
        if (Date.now() > deadline)
          throw new Error(`sandbox ${this.id}: process ${pid} did not end within ${VANISH_DEADLINE_MS} ms of SIGKILL`);
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
    }
  }
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // It ended by itself.
  }
}

/** Blocks in use below a folder; Infinity where there are too many entries to count. Never follows a link. */
export async function folderBytes(root: string): Promise<number> {
  let bytes = 0;
  let entries = 0;
  const open = [root];
  for (let folder = open.pop(); folder !== undefined; folder = open.pop()) {
    for (const entry of await readdir(folder, { withFileTypes: true }).catch(() => [])) {
      entries += 1;
      if (entries > MAX_WORKSPACE_ENTRIES) return Infinity;
      const name = path.join(folder, entry.name);
      if (entry.isDirectory()) open.push(name);
      else bytes += ((await lstat(name).catch(() => null))?.blocks ?? 0) * 512;
    }
  }
  return bytes;
}
