// Child processes that never outlive the launcher: asked to stop they get time, forced they get none, and when the
// launcher is killed the kernel ends them.
import { type ChildProcess, spawn, type StdioOptions } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';

export interface OwnedOptions {
  cwd?: string;
  env: NodeJS.ProcessEnv;
  stdio: StdioOptions;
}

export interface OwnedProcess {
  pid: number;
  child: ChildProcess;
  /** The exit code; 128 and more for an end by signal. Never rejects. */
  exited: Promise<number>;
  /** SIGTERM to the whole group, SIGKILL after `graceMs`. */
  stop(graceMs?: number): Promise<void>;
}

const owned = new Set<number>();
const setpriv = ['/usr/bin/setpriv', '/bin/setpriv'].find((file) => existsSync(file));
const defaultGraceMs = 6000;

/**
 * Spawns in a process group of its own, so that Ctrl-C reaches the launcher alone and the order of stopping is ours.
 * Call it from the main thread: the kernel's death signal belongs to the spawning thread.
 */
export function spawnOwned(program: string, args: readonly string[], options: OwnedOptions): OwnedProcess {
  const [command, commandArgs] =
    setpriv === undefined ? [program, args] : [setpriv, ['--pdeathsig', 'TERM', '--', program, ...args]];
  const child = spawn(command, commandArgs, { ...options, detached: true });
  const pid = child.pid ?? 0;
  if (pid > 0) owned.add(pid);
  const exited = ended(child).finally(() => owned.delete(pid));
  return {
    pid,
    child,
    exited,
    async stop(graceMs = defaultGraceMs) {
      signalGroup(pid, 'SIGTERM');
      const patience = setTimeout(() => signalGroup(pid, 'SIGKILL'), graceMs);
      await exited;
      clearTimeout(patience);
    },
  };
}

/** For the second Ctrl-C: everything at once, no time to tidy. */
export function killAllOwned(): void {
  for (const pid of owned) signalGroup(pid, 'SIGKILL');
}

/** Runs a tool to its end and answers its exit code; `signal` ends it early. */
export async function runTool(
  program: string,
  args: readonly string[],
  options: OwnedOptions & { signal: AbortSignal },
): Promise<number> {
  const { signal, ...spawnOptions } = options;
  signal.throwIfAborted();
  const tool = spawnOwned(program, args, spawnOptions);
  const stop = (): void => void tool.stop();
  signal.addEventListener('abort', stop, { once: true });
  const code = await tool.exited;
  signal.removeEventListener('abort', stop);
  signal.throwIfAborted();
  return code;
}

async function ended(child: ChildProcess): Promise<number> {
  try {
    const [code, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
    return code ?? (signal === 'SIGINT' ? 130 : signal === 'SIGKILL' ? 137 : 143);
  } catch {
    return 127;
  }
}

function signalGroup(pid: number, signal: NodeJS.Signals): void {
  if (pid <= 0) return;
  try {
    process.kill(-pid, signal);
  } catch {
    // Gone already.
  }
}
