import { PassThrough } from 'node:stream';
import type { Event } from '@graft/protocol';
import { beforeEach, describe, expect, it } from 'vitest';
import { eventually } from '../testing/eventually.js';
import { ControlReader } from './control-reader.js';

const runId = '01900000-0000-7000-8000-000000000001';
const base = { runId, attempt: 2, at: '2026-01-01T00:00:00.000Z' };

let stream: PassThrough;
let reader: ControlReader;
let events: Event[];
let violations: { reason: string; isFatal: boolean }[];

beforeEach(() => {
  stream = new PassThrough();
  events = [];
  violations = [];
  reader = new ControlReader(stream, {
    runId,
    attempt: 2,
    onEvent: (event) => events.push(event),
    onViolation: (reason, isFatal) => violations.push({ reason, isFatal }),
  });
});

const line = (value: object): string => `${JSON.stringify({ ...base, ...value })}\n`;
const metric = (seq: number, name = 'loss'): object => ({ seq, type: 'metric', name, step: seq, value: 1 });
/** Writes and waits until the reader saw all of it. */
async function send(...chunks: (string | Buffer)[]): Promise<void> {
  for (const chunk of chunks) stream.write(chunk);
  await eventually(() => expect(stream.readableLength).toBe(0));
}

it('puts lines together that arrive in pieces', async () => {
  const text = line(metric(1)) + line({ seq: 2, type: 'ready' });
  await send(text.slice(0, 10), text.slice(10, 100), text.slice(100));
  expect(events.map(({ type }) => type)).toEqual(['metric', 'ready']);
});

it('ignores repeats and what comes out of order', async () => {
  await send(line(metric(1)), line(metric(3)), line(metric(3)), line(metric(2)), line(metric(4)));
  expect(events.map(({ seq }) => seq)).toEqual([1, 3, 4]);
  expect(violations).toEqual([]);
});

it('replaces NUL characters, which the database cannot store', async () => {
  await send(line({ seq: 1, type: 'log', level: 'info', message: 'a\0b' }));
  expect(events).toEqual([expect.objectContaining({ message: 'a\ufffdb' })]);
  expect(violations).toEqual([]);
});

describe('counts as a violation', () => {
  const hostile: [name: string, bytes: string | Buffer][] = [
    ['garbage', 'not json\n'],
    ['an array', '[]\n'],
    ['null', 'null\n'],
    ['bytes that are not UTF-8', Buffer.from([0x22, 0xff, 0xfe, 0x22, 0x0a])],
    ['a number beyond all numbers', line(metric(1)).replace('"value":1', '"value":1e999')],
    ['deep nesting', `${'['.repeat(30_000)}\n`],
    ['an unknown type', line({ seq: 1, type: 'promote' })],
    ['an unknown field', line({ ...metric(1), sandboxId: 'other' })],
    ['__proto__', line(metric(1)).replace('"seq"', '"__proto__":{"polluted":true},"seq"')],
    ['the name of another run', line({ ...metric(1), runId: '01900000-0000-7000-8000-000000000002' })],
    ['another attempt', line({ ...metric(1), attempt: 1 })],
    ['a metric name with spaces', line(metric(1, 'a b'))],
    ['a path that climbs', line({ seq: 1, type: 'artifact', name: 'x', kind: 'bundle', path: '../secret' })],
    ['an absolute path', line({ seq: 1, type: 'artifact', name: 'x', kind: 'bundle', path: '/etc' })],
    ['a step that no column holds', line({ ...metric(1), step: 2 ** 31 })],
    ['a sequence number that no column holds', line(metric(2 ** 31)).replace(/"step":\d+/, '"step":1')],
    ['a progress beyond the end', line({ seq: 1, type: 'progress', fraction: 2, phase: 'x' })],
  ];
  it.each(hostile)('%s', async (_name, bytes) => {
    await send(bytes);
    expect(events).toEqual([]);
    expect(violations).toHaveLength(1);
    expect(violations[0]?.isFatal).toBe(false);
    await send(line(metric(9)));
    expect(events).toHaveLength(1);
  });
});

it('ends the conversation after too many violations', async () => {
  await send(...Array.from({ length: 30 }, () => 'x\n'), line(metric(1)));
  expect(violations.at(-1)?.isFatal).toBe(true);
  expect(violations).toHaveLength(21);
  expect(events).toEqual([]);
});

it('ends the conversation when whoever listens throws', async () => {
  const [throwing, reasons] = [new PassThrough(), [] as string[]];
  new ControlReader(throwing, {
    runId,
    attempt: 2,
    onEvent: () => {
      throw new TypeError('no such field');
    },
    onViolation: (reason, isFatal) => reasons.push(`${isFatal}: ${reason}`),
  });
  throwing.write(line(metric(1)) + line(metric(2)));
  await eventually(() => expect(reasons).not.toEqual([]));
  expect(reasons).toEqual(['true: the event 1 (metric) could not be taken: TypeError: no such field']);
});

it('ends the conversation at a line that does not end', async () => {
  await send(...Array.from({ length: 20 }, () => 'x'.repeat(8192)));
  expect(violations).toEqual([{ reason: 'a line is longer than 65536 bytes', isFatal: true }]);
});

it('ends the conversation at a line that is too long', async () => {
  await send(`"${'x'.repeat(70_000)}"\n`);
  expect(violations[0]?.isFatal).toBe(true);
});

it('takes no more than 200 names of metrics', async () => {
  await send(...Array.from({ length: 205 }, (_, index) => line(metric(index + 1, `m${index}`))));
  await reader.drain();
  expect(events).toHaveLength(200);
  expect(violations).toHaveLength(5);
});

it('slows a flood down instead of keeping it', async () => {
  for (let seq = 1; seq <= 5_000; seq += 1) stream.write(line(metric(seq)));
  await eventually(() => expect(events.length).toBeGreaterThanOrEqual(300));
  expect(stream.isPaused()).toBe(true);
  expect(events.length).toBeLessThan(2_000);
});

it('reads what was sent last when the sender is gone', async () => {
  for (let seq = 1; seq <= 1_000; seq += 1) stream.write(line(metric(seq)));
  stream.end(line({ seq: 1_001, type: 'succeeded', result: {} }));
  await reader.drain();
  expect(events.at(-1)?.type).toBe('succeeded');
  expect(events).toHaveLength(1_001);
});
