import { mkdtemp, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { SpaceReport } from '@graft/protocol';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ArtifactsService } from '../artifacts/index.js';
import { newId } from '../kernel/index.js';
import { startTestApp, type TestApp } from '../testing/app.js';
import { useDatabase } from '../testing/database.js';

type Comparison = NonNullable<SpaceReport['against']>;
type Headers = { authorization: string };

const database = useDatabase();
let app: TestApp;
let admin: Headers;
let researcher: Headers;

beforeAll(async () => {
  app = await startTestApp(database.url);
  admin = await app.signedIn('admin');
  researcher = await app.signedIn('researcher');
});
afterAll(() => app.close());

const space = (digit: string): SpaceReport['space'] => ({
  id: `sp_${digit.repeat(32)}`,
  definition: {
    encoderSha256: digit.repeat(64),
    preprocessing: { width: 8, height: 8, fit: 'fill', mean: [0, 0, 0], std: [1, 1, 1] },
    pooling: 'mean',
    normalised: true,
    dim: 16,
    dtype: 'float32',
  },
});
const overlap = (value: number, n = 500) => [{ k: 10, overlap: { value, low: value - 0.01, high: value + 0.01, n } }];
const norms = { mean: 1, deviation: 0, min: 1, max: 1 };

const comparison = (crossQueries: Comparison['crossQueries']): Comparison => ({
  space: space('b'),
  sharedItems: 1000,
  norms,
  centroidShift: 0.1,
  neighbourOverlap: overlap(0.95),
  crossQueries,
});

const mappedWell: Comparison['crossQueries'] = {
  fittedOn: 500,
  unmapped: overlap(0.1),
  mapped: overlap(0.9),
  meanCosine: { value: 0.97, low: 0.96, high: 0.98, n: 500 },
};

/** A succeeded inspect-space run whose artifact holds the report. */
async function inspection(against: SpaceReport['against']): Promise<string> {
  const report: SpaceReport = {
    format: 'graft-space-report',
    formatVersion: 1,
    space: space('a'),
    itemCount: 1000,
    norms,
    centroidLength: 0.2,
    agreement: [],
    map: [],
    grids: [],
    against,
  };
  const folder = await mkdtemp(path.join(app.home, 'report-'));
  await writeFile(path.join(folder, 'space.json'), JSON.stringify(report));
  const { hash } = await app.app.get(ArtifactsService).putTree(folder, 'public');
  const [experimentId, runId] = [newId(), newId()];
  await database.query(
    `INSERT INTO experiments (id, name, spec, created_by, created_at) VALUES ($1, 'look', '{}', $2, now())`,
    [experimentId, newId()],
  );
  await database.query(
    `INSERT INTO runs (id, experiment_id, name, position, recipe, parameters, inputs, depends_on, limits, seed, state, created_at, ended_at)
     VALUES ($1, $2, 'look', 0, 'inspect-space', '{}', '[]', '{}', '{}', 1, 'succeeded', now(), now())`,
    [runId, experimentId],
  );
  await database.query(
    `INSERT INTO run_artifacts (run_id, name, kind, tree_hash, file_count, size_bytes, created_at) VALUES ($1, 'space-report', 'space-report', $2, 1, 1, now())`,
    [runId, hash],
  );
  return runId;
}

const declare = (payload: object, headers = admin) =>
  app.app.inject({ method: 'POST', url: '/api/space-compatibilities', headers, payload });

describe('declaring spaces compatible', () => {
  it('takes what the run measured, once, and lists it', async () => {
    const wanted = { runId: await inspection(comparison(mappedWell)), map: 'orthogonal', reason: 'the new encoder' };
    const declared = await declare(wanted);
    expect(declared.statusCode, declared.body).toBe(201);
    expect(declared.json()).toMatchObject({
      querySpaceId: space('a').id,
      storedSpaceId: space('b').id,
      overlap: 0.9,
      queries: 500,
    });
    expect((await declare(wanted)).json().id).toBe(declared.json().id);
    const url = `/api/space-compatibilities?querySpaceId=${space('a').id}`;
    expect((await app.app.inject({ url, headers: researcher })).json().total).toBe(1);
  });

  it.each([
    ['with the map that does not carry it', mappedWell, 'none', /at least 0.8 of the 10 nearest, found 0.100/],
    [
      'on too few queries',
      { ...mappedWell, mapped: overlap(0.99, 20) },
      'orthogonal',
      /expected at least 100 queries with 10 neighbours, found 20/,
    ],
    ['of different dimensions', null, 'orthogonal', /dimensions; no query of one can be asked in the other/],
  ] as const)('is refused %s', async (_, crossQueries, map, message) => {
    const refused = await declare({ runId: await inspection(comparison(crossQueries)), map, reason: 'try' });
    expect(refused.statusCode).toBe(409);
    expect(refused.json()).toMatchObject({ code: 'space-not-compatible', detail: expect.stringMatching(message) });
  });

  it('is refused without a comparison, and for a run that is no inspection', async () => {
    const lonely = await declare({ runId: await inspection(null), map: 'none', reason: 'try' });
    expect(lonely.json().detail).toContain('Run inspect-space with "against"');
    expect((await declare({ runId: newId(), map: 'none', reason: 'try' })).statusCode).toBe(404);
  });

  it('is an admin’s', async () => {
    const wanted = { runId: await inspection(comparison(mappedWell)), map: 'orthogonal', reason: 'mine' };
    expect((await declare(wanted, researcher)).statusCode).toBe(403);
  });
});
