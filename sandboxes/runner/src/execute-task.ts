import { mkdir } from 'node:fs/promises';
import { type Event, PROTOCOL_VERSION, type TaskKind, type TaskOf } from '@graft/protocol';
import { Cancelled, toFailure } from './failures.js';
import { RecipeContext, type SendEvent } from './recipe-context.js';

/** Returns the run's result: small facts such as counts, shown beside the run. Large things are artifacts. */
export type RecipeHandler<K extends TaskKind> = (context: RecipeContext<K>) => Promise<Record<string, unknown>>;

/** Runs one recipe from `started` to `succeeded` or `failed` and returns that last event. Never throws. */
export async function executeTask<K extends TaskKind>(
  task: TaskOf<K>,
  handler: RecipeHandler<K>,
  send: SendEvent,
  signal: AbortSignal,
): Promise<Event> {
  let last: Event | undefined;
  const context = new RecipeContext<K>(
    task,
    (event) => {
      last = event;
      send(event);
    },
    signal,
  );
  context.send({ type: 'started', versions: { node: process.versions.node, protocol: String(PROTOCOL_VERSION) } });
  try {
    await mkdir(context.outDir, { recursive: true });
    await mkdir(context.checkpointDir, { recursive: true });
    const result = await handler(context);
    context.send({ type: 'succeeded', result });
  } catch (error) {
    // An aborted operation may surface as any error; the cause is the cancel.
    const cause = signal.aborted && !(error instanceof Cancelled) ? context.cancellation() : error;
    if (!(cause instanceof Cancelled) && error instanceof Error && error.stack) context.log('error', error.stack);
    context.send({ type: 'failed', failure: toFailure(cause) });
  }
  return last as unknown as Event;
}
