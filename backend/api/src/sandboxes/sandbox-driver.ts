import type { Duplex } from 'node:stream';

/** The least a sandbox gets of each resource, and the most it may use before it is ended. */
export interface SandboxLimits {
  memoryBytes: number;
  /** CPUs at a time: 2 means two cores wholly. */
  cpus: number;
  /** CPU seconds in all. */
  cpuSeconds: number;
  pids: number;
  wallMs: number;
  /** Everything written to standard output and error. */
  logBytes: number;
  workspaceBytes: number;
  tmpBytes: number;
}

export interface SandboxMount {
  /** Folder or file of the host, absolute. */
  source: string;
  /** Where the sandbox sees it. */
  target: string;
  writable: boolean;
}

export interface SandboxSpec {
  id: string;
  /** Unique among the sandboxes alive on this host; the process driver derives the host uid from it. */
  slot: number;
  command: readonly string[];
  /** Host folder, mounted read-write at `/workspace`. */
  workspace: string;
  mounts: readonly SandboxMount[];
  limits: SandboxLimits;
}

export type EndReason =
  'completed' | 'failed' | 'oom' | 'deadline' | 'cpu-budget' | 'disk' | 'log' | 'protocol' | 'killed' | 'start-failed';

export interface SandboxUsage {
  cpuSeconds: number;
  peakMemoryBytes: number;
}

export interface SandboxEnd {
  reason: EndReason;
  exitCode: number | null;
  /** Last lines of standard error: the only trace of a runner that died without a word. */
  stderrTail: string;
  usage: SandboxUsage;
}

/** Folders as a sandbox sees them. */
export interface SandboxView {
  inputs: string;
  workspace: string;
  serve: string;
}

/** A sandbox that was started. It is gone, with every process in it, when `ended` resolves. */
export interface Sandbox {
  readonly id: string;
  readonly pid: number;
  readonly view: SandboxView;
  /** Control channel: bytes both ways, from the runner's file descriptor 3. What comes in is hostile. */
  readonly channel: Duplex;
  readonly ended: Promise<SandboxEnd>;
  usage(): SandboxUsage;
  /** Asks: SIGTERM to the runner. */
  terminate(): void;
  /** Ends the whole tree at once. The first reason given is the one that is reported. */
  kill(reason: EndReason): void;
}

/** `docker` and `kubernetes` will implement the same verbs; nothing outside this folder knows which driver is behind them. */
export interface SandboxDriver {
  readonly name: 'process';
  /** What builds the wall, with its version. */
  readonly runtime: string;
  /** Measures what is enforced here, now. */
  probe(): Promise<IsolationReport>;
  /** Rejects with `SandboxStartFailed` when nothing was started. */
  start(spec: SandboxSpec): Promise<Sandbox>;
  /**
   * Ends whatever runs under an id that is not alive and removes what it left; returns those ids. `findAlive` is asked after it was seen
   * what there is: a sandbox that another worker starts meanwhile is written down before anything of it can be seen.
   */
  reap(findAlive: () => Promise<ReadonlySet<string>>): Promise<string[]>;
}

export class SandboxStartFailed extends Error {}

export const isolationResources = [
  'files',
  'environment',
  'network',
  'processes',
  'privileges',
  'syscalls',
  'memory',
  'cpu',
  'pids',
  'disk',
  'time',
] as const;
export type IsolationResource = (typeof isolationResources)[number];
export type IsolationLevel = 'strong' | 'partial' | 'none';

export interface IsolationFinding {
  resource: IsolationResource;
  level: IsolationLevel;
  reason: string;
  /** What an administrator does to get more; null where there is nothing to add. */
  remedy: string | null;
}

export interface ProbeResult {
  id: string;
  resource: IsolationResource;
  title: string;
  /** The same attempt without the sandbox. Where it does not succeed, `inside` proves nothing. */
  control: 'succeeded' | 'failed';
  inside: 'blocked' | 'succeeded' | 'error';
  verdict: 'blocked' | 'escaped' | 'not-proven';
  detail: string;
}

export interface IsolationReport {
  driver: 'process';
  runtime: string;
  level: IsolationLevel;
  findings: IsolationFinding[];
  probes: ProbeResult[];
  /** The kernel is shared with the host under this driver, always. */
  sharedKernel: true;
  tookMs: number;
}
