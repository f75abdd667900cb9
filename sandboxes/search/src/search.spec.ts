import { stat } from 'node:fs/promises';
import { request } from 'node:http';
import { join } from 'node:path';
import type { Failure, SearchAnswer, SearchGauges, SearchRefusal } from '@graft/protocol';
import { decodePicture, openBundle, PixelScaler, sharp, writeSnapshot } from '@graft/runner';
import {
  runTask,
  type TaskOutcome,
  temporaryFolder,
  type TinyItem,
  tinyItems,
  writeTinyDataset,
} from '@graft/runner/testing';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createSearchServer } from './search-server.js';
import { search } from './search.js';
import { writeTinyDualEncoder } from './testing/tiny-dual-encoder.js';

const SNAPSHOT_ID = '0192f0c1-7b6e-7c3a-9d52-3f1a2b4c5d6f';
const COUNT = 40;
let root: string;
let items: TinyItem[];
let socket: string;
const stops: (() => Promise<TaskOutcome>)[] = [];

/** The vector that the tiny encoder gives a picture, computed here. */
async function meanColour(picture: Buffer): Promise<Float32Array> {
  const { preprocessing } = (await openBundle(join(root, 'dual'))).manifest;
  const planar = await decodePicture(picture, preprocessing!);
  const pixels = new Float32Array(planar.length);
  new PixelScaler(preprocessing!).write(planar, pixels, 0);
  const area = pixels.length / 3;
  return Float32Array.from([0, 1, 2], (channel) =>
    pixels.subarray(channel * area, (channel + 1) * area).reduce((sum, value) => sum + value / area, 0),
  );
}

beforeAll(async () => {
  root = await temporaryFolder();
  items = await tinyItems(COUNT);
  // A picture taken over by another item: its bytes are the same.
  items.push({ item: { ...items[0]!.item, id: 'item-0-again' }, picture: items[0]!.picture });
  await writeTinyDataset(join(root, 'dataset'), items);
  const space = await writeTinyDualEncoder(join(root, 'dual'));
  await writeTinyDualEncoder(join(root, 'pictures-only'), { readsTexts: false });
  await writeTinyDualEncoder(join(root, 'foreign'), { shift: 0.1 });
  const vectors = await Promise.all(items.map(({ picture }) => meanColour(picture)));
  await writeSnapshot(join(root, 'snapshot'), {
    space,
    ids: items.map(({ item }) => item.id),
    keys: items.map((_, at) => (at % COUNT).toString(16).padStart(64, '0')),
    vectors: Float32Array.from(vectors.flatMap((vector) => [...vector])),
    encodedCount: items.length,
    reusedCount: 0,
  });
  socket = (await start('dual')).socket;
});
afterAll(() => Promise.all(stops.map((stop) => stop())));

/** Starts the recipe; resolves with its socket once it is ready, or with the failure of a start that went wrong. */
async function start(bundle: string): Promise<{ socket: string; failure?: Failure | undefined }> {
  const workspace = await temporaryFolder();
  const path = join(workspace, 'search.sock');
  const cancel = new AbortController();
  const ready = Promise.withResolvers<void>();
  const task = { bundle, snapshot: 'snapshot', dataset: 'dataset', snapshotId: SNAPSHOT_ID, threads: 1 };
  const running = runTask('search', search, task, {
    inputsRoot: root,
    workspace,
    signal: cancel.signal,
    extra: { socket: path },
    onEvent: (event) => event.type === 'ready' && ready.resolve(),
  });
  stops.push(() => {
    cancel.abort();
    return running;
  });
  const ended = await Promise.race([ready.promise, running]);
  return { socket: path, failure: ended?.failure };
}

function call<T>(path: string, body?: unknown, at = socket): Promise<{ status: number; body: T }> {
  return new Promise((resolve, reject) => {
    const outgoing = request({ socketPath: at, path, method: body === undefined ? 'GET' : 'POST' }, (incoming) => {
      let text = '';
      incoming.on('data', (chunk) => (text += String(chunk)));
      incoming.on('end', () => resolve({ status: incoming.statusCode ?? 0, body: JSON.parse(text) as T }));
    });
    outgoing.on('error', reject);
    outgoing.end(body === undefined ? undefined : JSON.stringify(body));
  });
}

async function ask(question: object): Promise<SearchAnswer> {
  const { status, body } = await call<SearchAnswer>('/search', question);
  expect(status, JSON.stringify(body)).toBe(200);
  return body;
}
const coloursOf = ({ items: found }: SearchAnswer) => found.map(({ attributes }) => attributes['colour']);
const find = (wanted: Record<string, string>) =>
  items.find(({ item }) => Object.entries(wanted).every(([name, value]) => item.attributes[name] === value))!;

describe('a question', () => {
  it('by picture finds the picture, and says which snapshot it looked in', async () => {
    const answer = await ask({ picture: items[7]!.picture.toString('base64'), fold: 'none', limit: 3 });
    expect(answer).toMatchObject({ snapshotId: SNAPSHOT_ID, approximate: false, candidates: COUNT + 1 });
    expect(answer.items[0]).toMatchObject({ id: 'item-7', title: items[7]!.item.title });
    expect(answer.items[0]!.score).toBeCloseTo(1, 3);
  });

  it('by item finds what is like it, and not the item itself', async () => {
    const { item } = items[5]!;
    const answer = await ask({ item: item.id, fold: 'none', limit: 5 });
    expect(answer.items.map(({ id }) => id)).not.toContain(item.id);
    expect(coloursOf(answer)).toEqual(Array(5).fill(item.attributes['colour']));
  });

  it('by text finds what the words say', async () => {
    expect(new Set(coloursOf(await ask({ text: 'Blue!', limit: 4, fold: 'none' })))).toEqual(new Set(['blue']));
  });

  it('by picture and text finds what is like the picture, but as the text says', async () => {
    const red = find({ colour: 'red' });
    const question = { picture: red.picture.toString('base64'), text: 'blue', fold: 'none', limit: 3 };
    expect(new Set(coloursOf(await ask({ ...question, weights: { seen: 1, said: 0 } })))).toEqual(new Set(['red']));
    expect(new Set(coloursOf(await ask({ ...question, weights: { seen: 0.2, said: 1 } })))).toEqual(new Set(['blue']));
  });

  it('by crop looks at that part alone, cut before it is resized and after it is turned upright', async () => {
    const half = (colour: string) => ({ create: { width: 40, height: 80, channels: 3 as const, background: colour } });
    const both = await sharp(half('#c82828'))
      .extend({ right: 40, background: '#3246c8' })
      .withMetadata({ orientation: 6 })
      .jpeg()
      .toBuffer();
    const crop = async (y: number) =>
      coloursOf(await ask({ picture: both.toString('base64'), crop: { x: 0, y, width: 1, height: 0.5 }, limit: 1 }));
    // Turned by 90 degrees to the right, left is up.
    expect([await crop(0), await crop(0.5)]).toEqual([['red'], ['blue']]);
    const ofItem = await ask({ item: 'item-1', crop: { x: 0.2, y: 0.2, width: 0.6, height: 0.6 }, limit: 1 });
    expect(coloursOf(ofItem)).toEqual([items[1]!.item.attributes['colour']]);
  });

  it('with filters finds only what passes them', async () => {
    const { items: found } = await ask({
      text: 'blue',
      filters: { colour: ['red', 'green'], shape: ['bar'] },
      fold: 'none',
      limit: 100,
    });
    const expected = items.filter(
      ({ item }) =>
        item.attributes['colour'] !== 'blue' &&
        item.attributes['colour'] !== 'yellow' &&
        item.attributes['shape'] === 'bar',
    );
    expect(found.map(({ id }) => id).sort()).toEqual(expected.map(({ item }) => item.id).sort());
  });

  it('folds the same picture into one, and pages on', async () => {
    const picture = items[0]!.picture.toString('base64');
    const [best] = (await ask({ picture, fold: 'same', limit: 1 })).items;
    expect([best!.id, best!.duplicates]).toEqual(['item-0', ['item-0-again']]);
    const page = async (offset: number, limit: number) =>
      (await ask({ picture, fold: 'same', offset, limit })).items.map(({ id }) => id);
    expect([...(await page(0, 4)), ...(await page(4, 4))]).toEqual(await page(0, 8));
  });
});

describe('a wrong question is refused, naming the field:', () => {
  const noise = Buffer.from('no picture at all').toString('base64');
  it.each([
    ['nothing asked', {}, 'picture'],
    ['a picture and an item', { picture: noise, item: 'item-1' }, 'item'],
    ['a picture that does not decode', { picture: noise }, 'picture'],
    ['a picture that is not base64', { picture: 'no base64!' }, 'picture'],
    ['an unknown item', { item: 'nobody' }, 'item'],
    ['a crop of nothing', { text: 'red', crop: { x: 0, y: 0, width: 1, height: 1 } }, 'crop'],
    ['a crop beyond the edge', { item: 'item-1', crop: { x: 0.9, y: 0, width: 0.5, height: 1 } }, 'crop.width'],
    ['a crop without area', { item: 'item-1', crop: { x: 0, y: 0, width: 0.01, height: 1 } }, 'crop'],
    ['an unknown attribute', { text: 'red', filters: { brand: ['x'] } }, 'filters.brand'],
    ['too much at once', { text: 'red', limit: 101 }, 'limit'],
    ['a field that is not there', { text: 'red', surprise: 1 }, ''],
  ])('%s', async (_name, question, field) => {
    const { status, body } = await call<SearchRefusal>('/search', question);
    expect([status, body.field], body.error).toEqual([422, field]);
  });

  it('a picture that claims more pixels than it may have', async () => {
    const picture = await sharp({ create: { width: 9000, height: 6000, channels: 3, background: '#fff' } })
      .png()
      .toBuffer();
    const { status, body } = await call<SearchRefusal>('/search', { picture: picture.toString('base64') });
    expect([status, body.field, body.found]).toEqual([422, 'picture', '9000 by 6000']);
  });

  it('a text, where the encoder reads pictures only', async () => {
    const { socket: at } = await start('pictures-only');
    const { status, body } = await call<SearchRefusal>('/search', { text: 'blue' }, at);
    expect([status, body.field]).toEqual([422, 'text']);
    expect((await call('/search', { item: 'item-1' }, at)).status).toBe(200);
  });
});

describe('the server', () => {
  it('does not start with an encoder of another space, though the dimension agrees', async () => {
    const { failure } = await start('foreign');
    expect(failure).toMatchObject({ code: 'space-mismatch' });
  });

  it('tells how it does, 404 elsewhere, 405 for another method', async () => {
    const { body } = await call<SearchGauges>('/gauges');
    expect(body.searches).toBeGreaterThan(0);
    expect(body.p50Ms).toBeGreaterThan(0);
    expect((await call('/nowhere')).status).toBe(404);
    expect((await call('/search')).status).toBe(405);
  });

  it('refuses with 429 what is more than it can hold, and answers the rest', async () => {
    const gate = Promise.withResolvers<void>();
    const answer = { tookMs: 1, approximate: false } as SearchAnswer;
    const waiting = { search: () => gate.promise.then(() => ({ answer, check: () => 1 })) };
    const at = join(await temporaryFolder(), 'busy.sock');
    const server = createSearchServer(waiting).listen(at);
    const answers = Array.from({ length: 70 }, () => call('/search', { text: 'red' }, at));
    const early: number[] = [];
    for (const one of answers) void one.then(({ status }) => early.push(status));
    // What is refused is answered while the rest waits.
    await vi.waitFor(() => expect(early).toEqual(Array(6).fill(429)), 5000);
    gate.resolve();
    const statuses = (await Promise.all(answers)).map(({ status }) => status);
    expect(statuses.filter((status) => status === 200)).toHaveLength(64);
    server.close();
  });

  it('stops when cancelled and takes its socket away', async () => {
    const { socket: at } = await start('dual');
    const { failure } = await stops.at(-1)!();
    expect(failure).toMatchObject({ code: 'cancelled' });
    await expect(stat(at)).rejects.toThrow('ENOENT');
  });
});
