import { randomUUID } from 'node:crypto';
import { duplexPair } from 'node:stream';
import { type Event, MAX_LINE_BYTES } from '@graft/protocol';
import { describe, expect, it } from 'vitest';
import { ControlChannel } from './control-channel.js';
import { InputInvalid } from './failures.js';
import type { RecipeHandler } from './execute-task.js';
import { serveChannel } from './run-recipe.js';
import { temporaryFolder } from './testing/run-task.js';

async function embedTask(): Promise<Record<string, unknown>> {
  const workspace = await temporaryFolder();
  const input = { dataset: 'dataset', encoder: 'encoder', previous: null, batchSize: 8 };
  return {
    protocol: 1,
    runId: randomUUID(),
    attempt: 1,
    seed: 1,
    threads: 1,
    inputsRoot: '/inputs',
    workspace,
    kind: 'embed',
    input,
  };
}

/** Talks to `serveChannel` as the worker does. */
async function converse(
  handler: RecipeHandler<'embed'>,
  ...lines: string[]
): Promise<{ events: Event[]; reported: boolean }> {
  const [worker, runner] = duplexPair();
  const received: Buffer[] = [];
  worker.on('data', (chunk: Buffer) => received.push(chunk));
  for (const line of lines) worker.write(`${line}\n`);
  const reported = await serveChannel('embed', handler, new ControlChannel(runner), new AbortController());
  const events = Buffer.concat(received)
    .toString()
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Event);
  return { events, reported };
}

const task = async (overrides: Record<string, unknown> = {}): Promise<string> =>
  JSON.stringify({ type: 'task', task: { ...(await embedTask()), ...overrides } });

describe('serveChannel', () => {
  it('answers a task with started, its reports and succeeded, numbered in order', async () => {
    const { events, reported } = await converse(
      async (context) => {
        context.metric('loss', 1, 0.5);
        context.metric('loss', 2, Number.NaN);
        return { items: 3 };
      },
      await task(),
    );
    expect(events.map((event) => event.type)).toEqual(['started', 'metric', 'log', 'succeeded']);
    expect(events.map((event) => event.seq)).toEqual([1, 2, 3, 4]);
    expect(reported).toBe(true);
  });

  it('turns an error the recipe can explain into its failure', async () => {
    const { events } = await converse(
      () => Promise.reject(new InputInvalid('Field "x": expected 1, found 2.')),
      await task(),
    );
    expect(events.at(-1)).toMatchObject({
      type: 'failed',
      failure: { code: 'input-invalid', message: 'Field "x": expected 1, found 2.', retryable: false },
    });
  });

  it('reports memory that ran out as such', async () => {
    const { events } = await converse(
      () => Promise.reject(new RangeError('Array buffer allocation failed')),
      await task(),
    );
    expect(events.at(-1)).toMatchObject({ type: 'failed', failure: { code: 'out-of-memory' } });
  });

  it('cancels between two breaths', async () => {
    const untilCancelled: RecipeHandler<'embed'> = async (context) => {
      for (;;) await context.breathe();
    };
    const { events } = await converse(
      untilCancelled,
      await task(),
      JSON.stringify({ type: 'cancel', reason: 'not needed any more' }),
    );
    expect(events.at(-1)).toMatchObject({
      type: 'failed',
      failure: { code: 'cancelled', message: 'Cancelled: not needed any more' },
    });
  });

  it.each([
    ['a task of another kind', { kind: 'finetune' }],
    ['an unknown field', { surprise: true }],
    ['another protocol', { protocol: 2 }],
  ])('refuses %s as a protocol violation', async (_name, overrides) => {
    const { events, reported } = await converse(() => Promise.resolve({}), await task(overrides));
    expect(events).toHaveLength(1);
    expect(events[0]).toMatchObject({ type: 'failed', failure: { code: 'protocol-violation' } });
    expect(reported).toBe(true);
  });

  it('gives up without an answer when nobody can tell whose task it was', async () => {
    expect(await converse(() => Promise.resolve({}), 'not json')).toEqual({ events: [], reported: false });
  });

  it('bounds the length of a line', async () => {
    const long = converse(() => Promise.resolve({}), 'x'.repeat(2 * MAX_LINE_BYTES).replaceAll('x', 'y'));
    await expect(long).resolves.toMatchObject({ reported: false });
  });

  it('sends few progress events, and each change of phase', async () => {
    const { events } = await converse(
      async (context) => {
        for (let step = 0; step < 1000; step += 1) context.progress(step / 1000, step < 500 ? 'first' : 'second');
        return {};
      },
      await task(),
    );
    const phases = events.flatMap((event) => (event.type === 'progress' ? [event.phase] : []));
    expect(phases.length).toBeLessThan(10);
    expect(new Set(phases)).toEqual(new Set(['first', 'second']));
  });
});
