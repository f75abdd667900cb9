import { randomUUID } from 'node:crypto';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Event, type Failure, Task, type TaskKind } from '@graft/protocol';
import { executeTask, type RecipeHandler } from '../execute-task.js';

export interface TaskOutcome {
  readonly events: readonly Event[];
  /** The result of a run that succeeded. */
  readonly result: Record<string, unknown> | undefined;
  readonly failure: Failure | undefined;
}

export interface RunOptions {
  readonly inputsRoot: string;
  readonly workspace: string;
  readonly signal?: AbortSignal;
  /** Sees each event as it is sent: where a test cancels at a certain moment. */
  readonly onEvent?: (event: Event) => void;
  /** Fields of the task beyond its input, such as `socket`. */
  readonly extra?: Record<string, unknown>;
}

/** Runs a handler in this process as a runner would, with task and events checked against the protocol. */
export async function runTask<K extends TaskKind>(
  kind: K,
  handler: RecipeHandler<K>,
  input: Record<string, unknown>,
  options: RunOptions,
): Promise<TaskOutcome> {
  const { inputsRoot, workspace, extra } = options;
  const task = Task.parse({
    protocol: 1,
    runId: randomUUID(),
    attempt: 1,
    seed: 7,
    threads: 1,
    inputsRoot,
    workspace,
    kind,
    input,
    ...extra,
  });
  const events: Event[] = [];
  const send = (event: Event): void => {
    events.push(Event.parse(event));
    options.onEvent?.(event);
  };
  const last = await executeTask<K>(task as never, handler, send, options.signal ?? new AbortController().signal);
  return {
    events,
    result: last.type === 'succeeded' ? last.result : undefined,
    failure: last.type === 'failed' ? last.failure : undefined,
  };
}

/** A folder of its own for one test. */
export async function temporaryFolder(): Promise<string> {
  return mkdtemp(join(tmpdir(), 'graft-recipe-'));
}
