import { orThrow, type Schemas } from '@graft/client';
import { expect, test } from '../platform/fixtures.js';
import { poll } from '../platform/poll.js';
import { runnersBelow } from '../platform/processes.js';

const everything = { page: 1, perPage: 200 };
type Answer = Schemas['SearchAnswer'];

test('a catalogue is searched by picture, crop and item; its snapshot is switched and rolled back under load; killed servers come back', async ({
  graft,
  researcher,
  admin,
}) => {
  const snapshots = await orThrow(researcher.GET('/api/snapshots', { params: { query: everything } }));
  const [second, first] = snapshots.items;
  const made = await orThrow(
    researcher.POST('/api/search-indexes', {
      body: { name: 'products', snapshotId: first!.id, encoderVersionId: null, followLive: false },
    }),
  );
  const path = { id: made.id };
  const look = () => orThrow(researcher.GET('/api/search-indexes/{id}', { params: { path } }));
  const settled = () => poll('a ready index', async () => ((await look()).state === 'ready' ? true : undefined));
  const search = (question: Partial<Schemas['SearchRequest']>) =>
    fetch(`${graft.url}/api/search-indexes/${made.id}/search`, {
      method: 'POST',
      headers: { authorization: `Bearer ${graft.facts.tokens.researcher}`, 'content-type': 'application/json' },
      body: JSON.stringify(question),
    });
  const find = async (question: Partial<Schemas['SearchRequest']>): Promise<Answer> => {
    const response = await search(question);
    expect(response.status, await response.clone().text()).toBe(200);
    return (await response.json()) as Answer;
  };
  const idsOf = ({ items }: Answer): string[] => items.map(({ id }) => id);
  await settled();

  const items = await orThrow(
    researcher.GET('/api/dataset-versions/{id}/items', {
      params: { path: { id: first!.datasetVersionId }, query: { ...everything, split: 'test' } },
    }),
  );
  const product = items.items[0]!;
  const picture = await fetch(
    `${graft.url}/api/dataset-versions/${first!.datasetVersionId}/items/${product.id}/picture`,
    { headers: { authorization: `Bearer ${graft.facts.tokens.researcher}` } },
  );
  const base64 = Buffer.from(await picture.arrayBuffer()).toString('base64');
  const byPicture = await find({ picture: base64, fold: 'none', limit: 5 });
  expect(byPicture).toMatchObject({ snapshotId: first!.id, spaceId: first!.spaceId, version: 1 });
  expect(idsOf(byPicture)[0]).toBe(product.id);
  const byItem = await find({ item: product.id, fold: 'none', limit: 4 });
  expect(idsOf(byItem)).not.toContain(product.id);
  await find({ picture: base64, crop: { x: 0.25, y: 0.25, width: 0.5, height: 0.5 } });
  const category = product.attributes['category']!;
  const filtered = await find({ item: product.id, filters: { category: [category] }, limit: 100, fold: 'none' });
  expect(filtered.items.length).toBeGreaterThan(0);
  expect(filtered.items.every(({ attributes }) => attributes['category'] === category)).toBe(true);
  const refused = await search({ picture: Buffer.from('no picture').toString('base64') });
  expect([refused.status, ((await refused.json()) as Schemas['Problem']).errors?.[0]?.field]).toEqual([422, 'picture']);

  const seen = new Map<string, Set<string>>();
  let stopped = false;
  const load = (async () => {
    while (!stopped) {
      const answer = await find({ item: product.id, fold: 'none', limit: 10, offset: 0 });
      const scores = answer.items.map(({ id, score }) => `${id} ${score}`).join();
      seen.set(answer.snapshotId, (seen.get(answer.snapshotId) ?? new Set()).add(scores));
    }
  })();
  await orThrow(
    researcher.PUT('/api/search-indexes/{id}/snapshot', {
      params: { path },
      body: { snapshotId: second!.id, encoderVersionId: null, allowNewSpace: false },
    }),
  );
  await settled();
  expect((await look()).current?.snapshotId).toBe(second!.id);
  for (let turn = 0; turn < 6; turn += 1)
    await orThrow(researcher.POST('/api/search-indexes/{id}/rollback', { params: { path } }));
  stopped = true;
  await load;
  // One answer for each snapshot, whenever it was given.
  expect([...seen.keys()].sort()).toEqual([first!.id, second!.id].sort());
  expect([...seen.values()].map(({ size }) => size)).toEqual([1, 1]);

  const answersAgain = () =>
    poll('an answer after a kill', async () =>
      (await search({ item: product.id })).status === 200 ? true : undefined,
    );
  for (const pid of runnersBelow(graft.processes()['worker'] ?? 0, 'search')) process.kill(pid, 'SIGKILL');
  await answersAgain();
  process.kill(graft.processes()['worker'] ?? 0, 'SIGKILL');
  await poll('the kill to be felt', async () =>
    (await search({ item: product.id })).status === 503 ? true : undefined,
  );
  await answersAgain();

  await orThrow(admin.DELETE('/api/search-indexes/{id}', { params: { path } }));
  await poll('no search sandbox left', async () => {
    const alive = await orThrow(
      researcher.GET('/api/sandboxes', { params: { query: { ...everything, alive: 'true' } } }),
    );
    return alive.items.some(({ recipe }) => recipe === 'search') ? undefined : true;
  });
});
