import { mkdir, stat } from 'node:fs/promises';
import { request } from 'node:http';
import { join } from 'node:path';
import { GraphBuilder, saveModel, truncatedNormal } from '@graft/engine';
import { BundleManifest, type Event, type Failure, type ImagePreprocessing } from '@graft/protocol';
import {
  BoundedQueue,
  encoderSha256,
  spaceOf,
  writeBundleManifest,
  writeComponent,
  writeSnapshot,
} from '@graft/runner';
import {
  runTask,
  type TaskOutcome,
  temporaryFolder,
  type TinyItem,
  tinyItems,
  writeTinyDataset,
} from '@graft/runner/testing';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { serve } from './serve.js';

const DIM = 4;
const labels = { colour: ['red', 'green', 'blue'] };
const preprocessing: ImagePreprocessing = {
  width: 8,
  height: 8,
  fit: 'fill',
  mean: [0.5, 0.5, 0.5],
  std: [0.25, 0.25, 0.25],
};
let root: string;
let items: TinyItem[];
let spaceId: string;

/** A native bundle and the same head behind a projector of stored vectors, with untrained weights. */
async function writeBundles(): Promise<void> {
  const linear = (input: string, shape: number[], output: [string, number]) => {
    const g = new GraphBuilder({ seed: 3 });
    const value = g.reshape(g.input(input, 'float32', ['n', ...shape]), ['n', shape.reduce((a, b) => a * b)]);
    return g.toModel({ [output[0]]: g.linear(value, 'map', output[1], { initial: truncatedNormal(0.3) }) });
  };
  const shared = { format: 'graft-bundle', formatVersion: 1, labels, metadata: {} } as const;
  await mkdir(join(root, 'native'));
  await mkdir(join(root, 'swapped'));
  const encoder = await writeComponent(
    join(root, 'native'),
    'vision_encoder',
    linear('pixel_values', [3, 8, 8], ['image_features', DIM]),
    saveModel,
  );
  const space = spaceOf({
    encoderSha256: encoderSha256(encoder),
    preprocessing,
    pooling: 'mean',
    normalised: false,
    dim: DIM,
    dtype: 'float32',
  });
  spaceId = space.id;
  const head = linear('image_features', [DIM], ['logits.colour', 3]);
  await writeBundleManifest(
    join(root, 'native'),
    BundleManifest.parse({
      ...shared,
      name: 'native',
      preprocessing,
      components: {
        vision_encoder: { ...encoder, space },
        head: await writeComponent(join(root, 'native'), 'head', head, saveModel),
      },
    }),
  );
  const projector = await writeComponent(
    join(root, 'swapped'),
    'item_projector',
    linear('item_embeddings', [DIM], ['image_features', DIM]),
    saveModel,
  );
  await writeBundleManifest(
    join(root, 'swapped'),
    BundleManifest.parse({
      ...shared,
      name: 'swapped',
      components: {
        item_projector: { ...projector, space },
        head: await writeComponent(join(root, 'swapped'), 'head', head, saveModel),
      },
    }),
  );
  const snapshot = (dim: number) => ({
    ids: ['item-0', 'item-1'],
    keys: ['a'.repeat(64), 'b'.repeat(64)],
    vectors: Float32Array.from({ length: 2 * dim }, (_, at) => at),
    encodedCount: 2,
    reusedCount: 0,
  });
  await writeSnapshot(join(root, 'snapshot'), { space, ...snapshot(DIM) });
  await writeSnapshot(join(root, 'foreign'), {
    space: spaceOf({ ...space.definition, normalised: true }),
    ...snapshot(DIM),
  });
}

beforeAll(async () => {
  root = await temporaryFolder();
  items = await tinyItems(3);
  await writeTinyDataset(join(root, 'dataset'), items);
  await writeBundles();
});

let stop: (() => Promise<TaskOutcome>) | undefined;
afterEach(async () => {
  await stop?.();
  stop = undefined;
});

/** Starts the recipe; resolves with its socket once it is ready, or with the failure of a start that went wrong. */
async function start(
  input: Record<string, unknown>,
): Promise<{ socket: string; events: Event[]; failure?: Failure | undefined }> {
  const workspace = await temporaryFolder();
  const socket = join(workspace, 'model.sock');
  const cancel = new AbortController();
  const ready = Promise.withResolvers<void>();
  const events: Event[] = [];
  const task = {
    bundle: 'native',
    snapshot: null,
    dataset: null,
    modelName: 'tagger',
    modelVersion: '3',
    threads: 1,
    ...input,
  };
  const running = runTask('serve', serve, task, {
    inputsRoot: root,
    workspace,
    signal: cancel.signal,
    extra: { socket },
    onEvent: (event) => {
      events.push(event);
      if (event.type === 'ready') ready.resolve();
    },
  });
  stop = () => {
    cancel.abort();
    return running;
  };
  const ended = await Promise.race([ready.promise, running]);
  return { socket, events, failure: ended?.failure };
}

function call(
  socketPath: string,
  path: string,
  body?: unknown,
): Promise<{ status: number; body: Record<string, never> }> {
  return new Promise((resolve, reject) => {
    const outgoing = request({ socketPath, path, method: body === undefined ? 'GET' : 'POST' }, (incoming) => {
      let text = '';
      incoming.on('data', (chunk) => (text += String(chunk)));
      incoming.on('end', () =>
        resolve({ status: incoming.statusCode ?? 0, body: JSON.parse(text) as Record<string, never> }),
      );
    });
    outgoing.on('error', reject);
    outgoing.end(body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body));
  });
}

const infer = (name: string, data: readonly string[], extra: object = {}) => ({
  inputs: [{ name, shape: [data.length], datatype: 'BYTES', data }],
  ...extra,
});
const path = '/v2/models/tagger/infer';

describe('a swapped model', () => {
  it('answers item ids from stored vectors', async () => {
    const { socket } = await start({ bundle: 'swapped', snapshot: 'snapshot' });
    const { status, body } = await call(socket, path, infer('item_ids', ['item-1', 'item-0'], { id: 'r1' }));
    expect(status).toBe(200);
    expect(body).toMatchObject({ model_name: 'tagger', model_version: '3', id: 'r1' });
    const [label, score] = body['outputs'] as unknown as [
      { name: string; data: string[] },
      { name: string; data: number[] },
    ];
    expect(label).toMatchObject({ name: 'colour.label', datatype: 'BYTES', shape: [2] });
    expect(labels.colour).toContain(label.data[0]);
    expect(score.data.every((value) => value > 1 / 3 && value <= 1)).toBe(true);
  });

  it('encodes what its snapshot lacks and the dataset has, with the encoder of the space, and counts it', async () => {
    const { socket, events } = await start({
      bundle: 'swapped',
      snapshot: 'snapshot',
      dataset: 'dataset',
      encoder: 'native',
    });
    const ask = (...ids: string[]) =>
      call(socket, path, infer('item_ids', ids, { outputs: [{ name: 'item_embeddings' }] }));
    const [first, again, known] = [await ask('item-2', 'item-0'), await ask('item-2'), await ask('item-0')];
    expect(first.body['parameters']).toEqual({ space_id: spaceId, encoded_on_miss: 1 });
    expect(known.body['parameters']).toEqual({ space_id: spaceId });
    const [vectors] = first.body['outputs'] as unknown as [{ shape: number[]; data: number[] }];
    expect(vectors.shape).toEqual([2, DIM]);
    expect(vectors.data.slice(DIM)).toEqual([0, 1, 2, 3]);
    const [kept] = again.body['outputs'] as unknown as [{ data: number[] }];
    expect(kept.data).toEqual(vectors.data.slice(0, DIM));
    await vi.waitFor(
      () => expect(events).toContainEqual(expect.objectContaining({ name: 'encoded_on_miss', step: 2 })),
      { timeout: 5000 },
    );
    const nowhere = await ask('nobody');
    expect(nowhere.status).toBe(400);
    expect(nowhere.body['error']).toContain('unknown item "nobody"');
  });

  it('takes and gives vectors only with the space they are of, though the dimension agrees', async () => {
    const { socket } = await start({ bundle: 'swapped', snapshot: 'snapshot' });
    const send = (parameters: object | undefined, shape = [1, DIM]) =>
      call(socket, path, {
        ...(parameters && { parameters }),
        inputs: [{ name: 'item_embeddings', shape, datatype: 'FP32', data: [4, 5, 6, 7] }],
      });
    const [byVector, byId] = [
      await send({ space_id: spaceId }),
      await call(socket, path, infer('item_ids', ['item-1'])),
    ];
    expect(byVector.status).toBe(200);
    expect(byVector.body['outputs']).toEqual(byId.body['outputs']);
    const other = await send({ space_id: `sp_${'0'.repeat(32)}` });
    expect([other.status, other.body['error']]).toEqual([409, expect.stringContaining('space-mismatch')]);
    const none = await send(undefined);
    expect([none.status, none.body['error']]).toEqual([400, expect.stringContaining('parameters.space_id')]);
    expect((await send({ space_id: spaceId }, [2, 2])).status).toBe(400);
  });

  it.each([
    ['an unknown item', infer('item_ids', ['nobody']), 400, 'unknown item \\"nobody\\"'],
    ['pictures', infer('images', ['AAAA']), 400, 'reads stored vectors'],
    [
      'a shape that does not fit',
      { inputs: [{ name: 'item_ids', shape: [3], datatype: 'BYTES', data: ['item-0'] }] },
      400,
      'expected 3 values',
    ],
    ['an unknown output', infer('item_ids', ['item-0'], { outputs: [{ name: 'brand.label' }] }), 400, 'colour.label'],
    ['an unknown field', infer('item_ids', ['item-0'], { surprise: 1 }), 400, 'surprise'],
    ['no JSON', 'not json', 400, 'not JSON'],
  ])('refuses %s', async (_name, body, status, message) => {
    const { socket } = await start({ bundle: 'swapped', snapshot: 'snapshot' });
    const answer = await call(socket, path, body);
    expect(answer.status).toBe(status);
    expect(JSON.stringify(answer.body)).toContain(message);
  });

  it('does not start on a snapshot of another space, though the dimension agrees', async () => {
    const { failure } = await start({ bundle: 'swapped', snapshot: 'foreign' });
    expect(failure).toMatchObject({ code: 'space-mismatch' });
  });
});

describe('a native model', () => {
  it('gives the same answer for an item and for its picture', async () => {
    const { socket } = await start({ dataset: 'dataset' });
    const byId = await call(socket, path, infer('item_ids', ['item-2']));
    const byPicture = await call(socket, path, infer('images', [items[2]!.picture.toString('base64')]));
    expect(byId.status).toBe(200);
    expect(byId.body['outputs']).toEqual(byPicture.body['outputs']);
  });

  it('refuses a picture that does not decode, saying which', async () => {
    const { socket } = await start({});
    const { status, body } = await call(socket, path, infer('images', [items[0]!.picture.toString('base64'), 'AAAA']));
    expect(status).toBe(400);
    expect(body['error']).toContain('images[1]');
  });

  it('answers health and metadata, 404 elsewhere, 405 for another method', async () => {
    const { socket } = await start({});
    expect(await call(socket, '/v2/health/ready')).toEqual({ status: 200, body: { ready: true } });
    expect((await call(socket, '/v2/models/tagger/ready')).status).toBe(200);
    expect((await call(socket, '/v2/models/tagger')).body).toMatchObject({ name: 'tagger', versions: ['3'] });
    expect((await call(socket, '/v2/models/other/infer', {})).status).toBe(404);
    expect((await call(socket, path)).status).toBe(405);
  });
});

it('stops when cancelled and takes its socket away', async () => {
  const { socket } = await start({});
  const { failure } = await stop!();
  expect(failure).toMatchObject({ code: 'cancelled' });
  await expect(stat(socket)).rejects.toThrow('ENOENT');
});

it('refuses more waiting requests than the queue holds, and takes new ones once it has drained', async () => {
  const queue = new BoundedQueue(2);
  const gate = Promise.withResolvers<void>();
  const jobs = [queue.run(() => gate.promise), queue.run(() => Promise.resolve())];
  await expect(queue.run(() => Promise.resolve())).rejects.toMatchObject({ status: 429 });
  gate.resolve();
  await Promise.all(jobs);
  await expect(queue.run(() => Promise.resolve('served'))).resolves.toBe('served');
});
