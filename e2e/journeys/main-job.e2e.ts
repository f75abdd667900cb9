import { orThrow } from '@graft/client';
import { EvaluationReport } from '@graft/protocol';
import { expect, test } from '../platform/fixtures.js';
import { poll } from '../platform/poll.js';

const everything = { page: 1, perPage: 200 };

test('bad manifest rows are refused one by one and nothing of them is visible', async ({ researcher }) => {
  const datasets = await orThrow(researcher.GET('/api/datasets', { params: { query: everything } }));
  const catalogue = datasets.items.find(({ name }) => name === 'catalogue');
  const versions = await orThrow(
    researcher.GET('/api/datasets/{id}/versions', { params: { path: { id: catalogue?.id ?? '' }, query: everything } }),
  );
  expect(versions.items.map(({ version }) => version).sort()).toEqual([1, 2]);
  expect(versions.items.every(({ itemCount }) => itemCount === 400)).toBe(true);

  const imports = await orThrow(
    researcher.GET('/api/datasets/{id}/imports', { params: { path: { id: catalogue?.id ?? '' }, query: everything } }),
  );
  const first = imports.items.find(({ rejected }) => rejected > 0);
  expect(first).toMatchObject({ state: 'succeeded', accepted: 400, rejected: 6 });
  const problems = await orThrow(
    researcher.GET('/api/imports/{id}/problems', { params: { path: { id: first?.id ?? '' }, query: everything } }),
  );
  const codes = problems.items.map(({ code }) => code).sort();
  expect(codes).toEqual([
    'duplicate-id',
    'field-missing',
    'file-missing',
    'image-broken',
    'image-broken',
    'unknown-split',
  ]);
});

test('every step ran in a sandbox of a measured level, and its versions carry their lineage', async ({
  researcher,
}) => {
  const runs = await orThrow(researcher.GET('/api/runs', { params: { query: everything } }));
  expect(runs.items.map(({ state }) => state)).toEqual(runs.items.map(() => 'succeeded'));
  expect(runs.items.map(({ isolationLevel }) => isolationLevel)).not.toContain(null);

  const versions = await orThrow(researcher.GET('/api/model-versions', { params: { query: everything } }));
  expect(versions.items.length).toBe(4);
  const swapped = versions.items.find(({ components }) => 'item_projector' in components);
  expect(Object.keys(swapped?.components ?? {}).sort()).toEqual(['head', 'item_projector']);
  const { lineage } = swapped ?? {};
  for (const field of ['datasetVersionId', 'spaceId', 'snapshotId', 'runId', 'codeRevision', 'seed'] as const) {
    expect(lineage?.[field], field).not.toBeNull();
  }
});

test('touching 1 % of the items encodes about 1 % again', async ({ researcher }) => {
  const snapshots = await orThrow(researcher.GET('/api/snapshots', { params: { query: everything } }));
  const refreshed = snapshots.items.find(({ encodedCount, reusedCount }) => encodedCount > 0 && reusedCount > 0);
  expect(refreshed).toMatchObject({ itemCount: 400, encodedCount: 4, reusedCount: 396 });
});

test('the comparison is complete: three models, paired, a shuffled control, five sizes of request', async ({
  researcher,
}) => {
  const runs = await orThrow(researcher.GET('/api/runs', { params: { query: everything } }));
  const compare = runs.items.find(({ recipe }) => recipe === 'evaluate');
  const report = EvaluationReport.parse(
    await orThrow(researcher.GET('/api/runs/{id}/report', { params: { path: { id: compare?.id ?? '' } } })),
  );
  expect(report.accuracy.map(({ candidate }) => candidate).sort()).toEqual(['stock', 'swapped', 'tuned']);
  expect(report.ratios.map(({ imagesPerRequest }) => imagesPerRequest)).toEqual([1, 5, 10, 20, 40]);
  expect(report.control?.candidate).toBe('swapped');
  for (const { overall } of report.accuracy) {
    expect(overall.low).toBeLessThanOrEqual(overall.value);
    expect(overall.high).toBeGreaterThanOrEqual(overall.value);
  }
});

test('a unit meets the same variant each time, and an exposure is counted once', async ({ graft, researcher }) => {
  const endpoint = (await orThrow(researcher.GET('/api/endpoints', { params: { query: everything } }))).items[0];
  const ask = async (unit: string): Promise<string> => {
    const response = await fetch(`${graft.url}/v2/models/${endpoint?.name}/infer`, {
      method: 'POST',
      headers: { authorization: `Bearer ${graft.facts.tokens.researcher}`, 'content-type': 'application/json' },
      body: JSON.stringify({
        parameters: { unit },
        inputs: [{ name: 'item_ids', datatype: 'BYTES', shape: [2], data: ['p-00001', 'p-00002'] }],
      }),
    });
    expect(response.status).toBe(200);
    const body = (await response.json()) as { parameters: { variant: string } };
    return body.parameters.variant;
  };
  const requestsOf = async (): Promise<number> => {
    const now = await orThrow(researcher.GET('/api/endpoints/{id}', { params: { path: { id: endpoint?.id ?? '' } } }));
    return now.variants.reduce((sum, { traffic }) => sum + traffic.requests, 0);
  };
  const before = await requestsOf();
  const seen = new Set<string>();
  for (let unit = 0; unit < 12; unit += 1) {
    const variant = await ask(`visitor-${unit}`);
    expect(await ask(`visitor-${unit}`)).toBe(variant);
    seen.add(variant);
  }
  expect([...seen].sort()).toEqual(['native', 'swapped']);
  await poll('all exposures counted', async () => ((await requestsOf()) === before + 24 ? true : undefined), 20_000);
});

test('the first analysis says which of three outcomes, after the sample ratio was checked', async ({ researcher }) => {
  const endpoint = (await orThrow(researcher.GET('/api/endpoints', { params: { query: everything } }))).items[0];
  const analysis = await orThrow(
    researcher.GET('/api/endpoints/{id}/analysis', { params: { path: { id: endpoint?.id ?? '' } } }),
  );
  expect(['pass', 'fail', 'inconclusive']).toContain(analysis.outcome);
  expect(analysis.sampleRatio?.pValue).toBeGreaterThan(0.0001);
  expect(analysis.variants.map(({ n }) => n > 0)).toEqual([true, true]);
});
