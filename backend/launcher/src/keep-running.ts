import { setTimeout as delay } from 'node:timers/promises';

/** A process that was started and can be stopped; `exited` settles whichever way it ended. */
export interface Running {
  pid: number;
  exited: Promise<unknown>;
  stop(): Promise<void>;
}

export interface Kept {
  readonly name: string;
  /** Of the process that runs now; it changes with each restart. */
  readonly pid: number;
  readonly restarts: number;
  /** Ends the process of now; another one takes its place. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

export interface KeepOptions {
  name: string;
  start: () => Promise<Running>;
  say: (line: string) => void;
  /** Called with the new pid after each start but the first. */
  onRestart?: (pid: number) => void;
  firstDelayMs?: number;
}

const longestDelayMs = 10_000;
const steadyAfterMs = 30_000;

/** Starts a process and starts it again, with growing pauses, each time it ends without being asked to. */
export async function keepRunning(options: KeepOptions): Promise<Kept> {
  const { name, start, say, firstDelayMs = 250 } = options;
  const stopped = new AbortController();
  let current = await start();
  let restarts = 0;

  async function watch(): Promise<void> {
    let pauseMs = firstDelayMs;
    while (!stopped.signal.aborted) {
      const startedAt = Date.now();
      await current.exited;
      if (stopped.signal.aborted) return;
      if (Date.now() - startedAt > steadyAfterMs) pauseMs = firstDelayMs;
      say(`${name} (process ${current.pid}) ended; starting it again.`);
      restarts += 1;
      const next = await startAgain(pauseMs);
      if (next === undefined) return;
      current = next;
      pauseMs = Math.min(pauseMs * 2, longestDelayMs);
      if (stopped.signal.aborted) return current.stop();
      options.onRestart?.(current.pid);
      say(`${name} is back (process ${current.pid}).`);
    }
  }

  /** The started process, or undefined when asked to stop before one would start. */
  async function startAgain(firstPauseMs: number): Promise<Running | undefined> {
    for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(pauseMs * 2, longestDelayMs)) {
      await delay(pauseMs, undefined, { signal: stopped.signal }).catch(() => undefined);
      if (stopped.signal.aborted) return undefined;
      try {
        return await start();
      } catch (error) {
        say(`${name} does not start: ${error instanceof Error ? error.message : String(error)}`);
      }
    }
  }

  const watching = watch();
  return {
    name,
    get pid() {
      return current.pid;
    },
    get restarts() {
      return restarts;
    },
    restart() {
      return current.stop();
    },
    async stop() {
      stopped.abort();
      await current.stop();
      await watching;
    },
  };
}
