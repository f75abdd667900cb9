import { appendFileSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { SegmentLog } from './segment-log.js';
import { Shipper, type Sink } from './shipper.js';

let folder: string;
beforeEach(() => (folder = mkdtempSync(path.join(tmpdir(), 'graft-wal-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const silent = { error: () => undefined };

/** Keeps each line once, like the real sinks; `fail` stands for a database that is down or refuses. */
function aSink(): Sink<string> & { stored: Set<string>; fail: 'no' | 'down' | 'refuse' } {
  const stored = new Set<string>();
  return {
    stored,
    fail: 'no',
    parse(line) {
      if (!line.startsWith('{')) throw new Error('not a record');
      return line;
    },
    store(lines) {
      if (this.fail !== 'no') return Promise.reject(new Error(this.fail));
      for (const line of lines) stored.add(line);
      return Promise.resolve();
    },
    isRefusal: (error) => (error as Error).message === 'refuse',
  };
}

it('acknowledges lines that are in the file, in order, sharing syncs', async () => {
  const log = await SegmentLog.open(folder, 'exposures');
  await Promise.all(Array.from({ length: 100 }, (_, i) => log.append(`{"n":${i}}`)));
  await log.rotate();
  const [file] = await log.closedSegments();
  expect(readFileSync(file!, 'utf8').trim().split('\n')).toHaveLength(100);
});

it('never lists the segment that is still written to, and starts another when it is full', async () => {
  const log = await SegmentLog.open(folder, 'exposures', 20);
  await log.append('{"a":1}');
  expect(await log.closedSegments()).toHaveLength(0);
  await log.append('{"filling":"it up"}');
  await log.append('{"b":1}');
  expect(await log.closedSegments()).toHaveLength(1);
});

it('keeps logs of different names apart', async () => {
  const [exposures, events] = [await SegmentLog.open(folder, 'exposures'), await SegmentLog.open(folder, 'events')];
  await exposures.append('{}');
  await exposures.rotate();
  expect(await events.closedSegments()).toHaveLength(0);
});

it('ships what an earlier process left, without its torn last line, and removes it', async () => {
  const dead = await SegmentLog.open(folder, 'exposures');
  await dead.append('{"acknowledged":1}');
  await dead.rotate();
  const [left] = await dead.closedSegments();
  appendFileSync(left!, '{"torn":');

  const sink = aSink();
  await new Shipper(await SegmentLog.open(folder, 'exposures'), sink, silent).shipAll();
  expect([...sink.stored]).toEqual(['{"acknowledged":1}']);
  expect(existsSync(left!)).toBe(false);
});

it('keeps every segment while the database is down and ships them once it is back', async () => {
  const log = await SegmentLog.open(folder, 'exposures');
  const sink = aSink();
  const shipper = new Shipper(log, sink, silent);
  sink.fail = 'down';
  await log.append('{"n":1}');
  await expect(shipper.shipAll()).rejects.toThrow('down');
  await log.append('{"n":2}');
  await expect(shipper.shipAll()).rejects.toThrow('down');
  sink.fail = 'no';
  await shipper.shipAll();
  await shipper.shipAll();
  expect([...sink.stored]).toEqual(['{"n":1}', '{"n":2}']);
  expect(await log.closedSegments()).toHaveLength(0);
});

it('sets a segment aside, and goes on, when it holds what nobody can store', async () => {
  const log = await SegmentLog.open(folder, 'exposures');
  const sink = aSink();
  await log.append('not json');
  await log.append('{"good":1}');
  await log.rotate();
  const [file] = await log.closedSegments();
  await new Shipper(log, sink, silent).shipAll();
  expect([...sink.stored]).toEqual(['{"good":1}']);
  expect(existsSync(`${file!}.refused`)).toBe(true);
  expect(await log.closedSegments()).toHaveLength(0);
});

it('stores the neighbours of a record that the database refuses', async () => {
  const log = await SegmentLog.open(folder, 'exposures');
  await Promise.all([1, 2, 3, 4, 5].map((n) => log.append(`{"n":${n}}`)));
  const sink = aSink();
  const store = sink.store.bind(sink);
  sink.store = (lines) => (lines.includes('{"n":3}') ? Promise.reject(new Error('refuse')) : store(lines));
  await new Shipper(log, sink, silent).shipAll();
  expect([...sink.stored]).toEqual(['{"n":1}', '{"n":2}', '{"n":4}', '{"n":5}']);
  expect(readdirSync(folder)).toEqual([expect.stringMatching(/\.refused$/)]);
});
