import { orThrow, type Schemas } from '@graft/client';
import { expect, test } from '../platform/fixtures.js';
import { poll } from '../platform/poll.js';

const everything = { page: 1, perPage: 200 };
const NEWCOMER = 'newcomer-1';

test('an item that joins the catalogue is encoded on the fly, back-filled, and then served from the next snapshot without one failed request', async ({
  graft,
  researcher,
  admin,
}) => {
  const authorization = `Bearer ${graft.facts.tokens.researcher}`;
  const versions = await orThrow(researcher.GET('/api/model-versions', { params: { query: everything } }));
  const swapped = versions.items.find(({ components }) => 'item_projector' in components)!;
  const spaceId = swapped.lineage.spaceId!;
  const space = () => orThrow(researcher.GET('/api/spaces/{id}', { params: { path: { id: spaceId } } }));
  const [before] = (await space()).live;
  const endpoint = await orThrow(
    researcher.POST('/api/endpoints', {
      body: {
        name: 'newcomers',
        modelId: swapped.modelId,
        variants: [{ name: 'swapped', modelVersionId: swapped.id, weight: 1, role: 'control' }],
      },
    }),
  );
  const infer = (id: string, more: object = {}) =>
    fetch(`${graft.url}/v2/models/newcomers/infer`, {
      method: 'POST',
      headers: { authorization, 'content-type': 'application/json' },
      body: JSON.stringify({
        parameters: { unit: id },
        inputs: [{ name: 'item_ids', shape: [1], datatype: 'BYTES', data: [id] }],
        ...more,
      }),
    });
  const known = await orThrow(
    researcher.GET('/api/dataset-versions/{id}/items', {
      params: { path: { id: before!.newestVersion.id }, query: { ...everything, perPage: 5 } },
    }),
  );
  const [first] = known.items;
  await poll('the server', async () => ((await infer(first!.id)).status === 200 ? true : undefined));
  expect((await infer(NEWCOMER)).status).toBe(400);

  const foreign = await infer(first!.id, {
    parameters: { unit: 'x', space_id: `sp_${'0'.repeat(32)}` },
    inputs: [{ name: 'item_embeddings', shape: [1, 2], datatype: 'FP32', data: [0, 1] }],
  });
  expect([foreign.status, await foreign.text()]).toEqual([409, expect.stringContaining('space-mismatch')]);

  const statuses = new Map<number, number>();
  let stopped = false;
  const load = (async () => {
    while (!stopped) {
      const { status } = await infer(first!.id);
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
    }
  })();

  await importVersion(graft.url, authorization, before!, known.items);
  type Answer = { parameters: { encoded_on_miss?: number } };
  const answered = async (wanted: (answer: Answer) => boolean): Promise<Answer | undefined> => {
    const response = await infer(NEWCOMER);
    if (response.status !== 200) return undefined;
    const answer = (await response.json()) as Answer;
    return wanted(answer) ? answer : undefined;
  };
  await poll('the newcomer, encoded on the fly', () => answered((answer) => answer.parameters.encoded_on_miss === 1));
  const after = await poll('the back-filled snapshot', async () => {
    const [live] = (await space()).live;
    return live?.snapshot.id === before?.snapshot.id ? undefined : live;
  });
  expect(after).toMatchObject({
    previousId: before?.snapshot.id,
    snapshot: { itemCount: 6, encodedCount: 1, reusedCount: 5 },
    coverage: { items: 6, covered: 6, stale: 0, missing: 0 },
  });
  expect(after.encodedOnMiss).toBeGreaterThan(0);
  await poll('the newcomer, from the snapshot', () => answered((answer) => !('encoded_on_miss' in answer.parameters)));
  stopped = true;
  await load;
  expect([...statuses.keys()]).toEqual([200]);

  const experiments = await orThrow(researcher.GET('/api/experiments', { params: { query: everything } }));
  const backfills = experiments.items.filter(({ createdBy }) => createdBy === null);
  expect(backfills.map(({ name, state }) => [name, state])).toEqual([['back-fill catalogue@3', 'succeeded']]);

  const rolledBack = await graft.graft(['snapshot', 'rollback', spaceId, '--dataset', 'catalogue']);
  expect(rolledBack.stdout).toContain(`snapshot ${before?.snapshot.id} is live again`);
  const published = await graft.graft(['snapshot', 'publish', after.snapshot.id]);
  expect(published.code).toBe(0);
  await orThrow(admin.DELETE('/api/endpoints/{id}', { params: { path: { id: endpoint.id } } }));
});

/** A version of the dataset with a few of the items it has, and one that is new. */
async function importVersion(
  url: string,
  authorization: string,
  { datasetId, newestVersion }: Schemas['LiveSnapshot'],
  items: readonly Schemas['DatasetItem'][],
): Promise<void> {
  const form = new FormData();
  const pictures = await Promise.all(
    items.map(async ({ id }) => {
      const picture = `${url}/api/dataset-versions/${newestVersion.id}/items/${id}/picture`;
      return new Blob([await (await fetch(picture, { headers: { authorization } })).arrayBuffer()]);
    }),
  );
  // The same bytes are the same picture, whatever the item is called: the newcomer's must be its own.
  const own = new Blob([pictures[0]!, new Uint8Array(1)]);
  const rows = items.map(({ id, split }) => `${id},${id}.jpg,${id},${split}`);
  form.append('options', JSON.stringify({ manifest: 'csv' }));
  form.append('manifest', new Blob([['id,file,title,split', ...rows, `${NEWCOMER},own.jpg,New,train`].join('\n')]));
  for (const [index, { id }] of items.entries()) form.append('file', pictures[index]!, `${id}.jpg`);
  form.append('file', own, 'own.jpg');
  const started = await fetch(`${url}/api/datasets/${datasetId}/imports`, {
    method: 'POST',
    headers: { authorization },
    body: form,
  });
  const { id } = (await started.json()) as Schemas['Import'];
  await poll('the import', async () => {
    const { state, failure } = (await (
      await fetch(`${url}/api/imports/${id}`, { headers: { authorization } })
    ).json()) as Schemas['Import'];
    if (state === 'failed') throw new Error(failure?.message);
    return state === 'succeeded' ? true : undefined;
  });
}
