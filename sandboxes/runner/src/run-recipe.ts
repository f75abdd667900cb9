import { Socket } from 'node:net';
import { Command, CONTROL_FD, type Event, type TaskKind, type TaskOf } from '@graft/protocol';
import { z } from 'zod';
import { ControlChannel } from './control-channel.js';
import { executeTask, type RecipeHandler } from './execute-task.js';
import { Cancelled, RecipeFailure, toFailure } from './failures.js';

/**
 * The main function of a recipe: takes the task from the control channel, runs the handler, reports, exits.
 * Standard output and error are logs only. Exit code 0 once `succeeded` or `failed` was sent, 1 otherwise.
 */
export async function runRecipe<K extends TaskKind>(kind: K, handler: RecipeHandler<K>): Promise<never> {
  const socket = new Socket({ fd: CONTROL_FD, readable: true, writable: true });
  const cancel = new AbortController();
  // `on`, not `once`: a second signal must not kill the run before it has reported the first.
  for (const name of ['SIGTERM', 'SIGINT'] as const)
    process.on(name, () => cancel.abort(new Cancelled(`received ${name}`)));
  const reported = await serveChannel(kind, handler, new ControlChannel(socket), cancel);
  process.exit(reported ? 0 : 1);
}

/** Runs the one task of a channel. Returns whether a `succeeded` or `failed` event was sent for it. */
export async function serveChannel<K extends TaskKind>(
  kind: K,
  handler: RecipeHandler<K>,
  channel: ControlChannel,
  cancel: AbortController,
): Promise<boolean> {
  const lines = channel.lines();
  const first = await lines.next();
  if (first.done) return false;
  let task: TaskOf<K>;
  try {
    task = parseTask(kind, first.value);
  } catch (error) {
    const refusal = refuse(first.value, error);
    if (refusal) channel.send(refusal);
    else process.stderr.write(`${String(error)}\n`);
    await channel.close();
    return refusal !== undefined;
  }
  void listenForCancel(lines, cancel);
  await executeTask(task, handler, (event) => channel.send(event), cancel.signal);
  await channel.close();
  return true;
}

function parseTask<K extends TaskKind>(kind: K, line: string): TaskOf<K> {
  const command = Command.safeParse(parseJson(line));
  if (!command.success)
    throw new RecipeFailure('protocol-violation', `The task is not valid: ${z.prettifyError(command.error)}`);
  if (command.data.type !== 'task')
    throw new RecipeFailure(
      'protocol-violation',
      `Expected a task as the first command, found "${command.data.type}".`,
    );
  if (command.data.task.kind !== kind) {
    throw new RecipeFailure(
      'protocol-violation',
      `This runner does "${kind}", the task asks for "${command.data.task.kind}".`,
    );
  }
  return command.data.task as TaskOf<K>;
}

/** A channel that closes means that the worker is gone: nobody would take the result, so the run stops too. */
async function listenForCancel(lines: AsyncGenerator<string>, cancel: AbortController): Promise<void> {
  try {
    for await (const line of lines) {
      const command = Command.safeParse(parseJson(line));
      if (command.success && command.data.type === 'cancel') cancel.abort(new Cancelled(command.data.reason));
    }
    cancel.abort(new Cancelled('the control channel closed'));
  } catch (error) {
    cancel.abort(new Cancelled(`the control channel broke: ${String(error)}`));
  }
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

const Identity = z.looseObject({ task: z.looseObject({ runId: z.uuid(), attempt: z.number().int().min(1) }) });

/** The `failed` event for a task that could not be taken, where the line says whose task it was. */
function refuse(line: string, error: unknown): Event | undefined {
  const identity = Identity.safeParse(parseJson(line));
  if (!identity.success) return undefined;
  const { runId, attempt } = identity.data.task;
  return { type: 'failed', runId, attempt, seq: 1, at: new Date().toISOString(), failure: toFailure(error) };
}
