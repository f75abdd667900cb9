import { mkdtemp, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { ArtifactsService } from '../artifacts/index.js';
import { startTestApp, type TestApp } from '../testing/app.js';
import { useDatabase } from '../testing/database.js';
import { insertEvaluation, insertModel } from '../testing/model-rows.js';
import { chainHolds } from './evidence.js';
import { EvidenceService } from './evidence.service.js';

type Headers = { authorization: string };

const database = useDatabase();
let app: TestApp;
let researcher: Headers;
let admin: Headers;
let secondAdmin: Headers;
let model: { modelId: string; versionIds: string[] };
let models = 0;

beforeAll(async () => {
  app = await startTestApp(database.url);
  researcher = await app.signedIn('researcher');
  admin = await app.signedIn('admin');
  secondAdmin = await app.signedIn('admin', 'second@test.example');
});
beforeEach(async () => {
  model = await insertModel(database, `model-${++models}`, 3);
});
afterAll(() => app.close());

const post = (url: string, headers: Headers, payload: object = {}) =>
  app.app.inject({ method: 'POST', url: `/api/rollouts${url}`, headers, payload });
const request = (version: number, headers = researcher, more: object = {}) =>
  post('', headers, { modelVersionId: model.versionIds[version - 1], reason: 'better', ...more });
const approve = (id: string, headers = admin, more: object = {}) =>
  post(`/${id}/approve`, headers, { comment: 'looks right', ...more });
const rollback = (id: string, headers = admin) => post(`/${id}/rollback`, headers, { reason: 'it broke' });
const read = async (id: string) => (await app.app.inject({ url: `/api/rollouts/${id}`, headers: researcher })).json();

/** Number of the champion, or null. */
async function champion(): Promise<number | null> {
  const rows = await database.query<{ version: number }>(
    `SELECT v.version FROM model_aliases a JOIN model_versions v ON v.id = a.version_id WHERE a.model_id = $1 AND a.alias = 'champion'`,
    [model.modelId],
  );
  return rows[0]?.version ?? null;
}

async function promoted(version: number): Promise<string> {
  const { id } = (await request(version)).json();
  expect((await approve(id)).json().state).toBe('live');
  return id;
}

describe('four eyes', () => {
  it('moves the champion when somebody else approves, and tells the story', async () => {
    const requested = await request(1);
    expect(requested.statusCode, requested.body).toBe(201);
    const { id } = requested.json();
    expect(await champion()).toBeNull();
    const approved = await approve(id);
    expect(approved.json()).toMatchObject({
      state: 'live',
      previous: null,
      outcome: 'inconclusive',
      candidate: { version: 1 },
    });
    expect(approved.json().moves.map(({ state }: { state: string }) => state)).toEqual([
      'requested',
      'promoting',
      'live',
    ]);
    expect(await champion()).toBe(1);
    expect((await request(1)).json().code).toBe('already-champion');
  });

  it('never lets the requester approve, and audits the attempt', async () => {
    const { id } = (await request(1, admin)).json();
    const refused = await approve(id, admin);
    expect(refused.json()).toMatchObject({ status: 403, code: 'requester-cannot-approve' });
    expect((await approve(id, researcher)).json().code).toBe('permission-missing');
    expect(await champion()).toBeNull();
    const entries = await database.query(
      `SELECT * FROM audit_entries WHERE action = 'rollouts.approve' AND resource_id = $1`,
      [id],
    );
    expect(entries).toHaveLength(2);
  });

  it('refuses every direct way to the champion', async () => {
    const direct = await app.app.inject({
      method: 'PUT',
      url: `/api/models/${model.modelId}/aliases/champion`,
      headers: admin,
      payload: { versionId: model.versionIds[0] },
    });
    expect(direct.json()).toMatchObject({ status: 403, code: 'champion-protected' });
  });

  it('can be refused, and taken back by the requester or an admin only', async () => {
    const first = (await request(1)).json();
    expect((await post(`/${first.id}/reject`, admin, { comment: 'not yet' })).json().state).toBe('rejected');
    expect((await approve(first.id)).json().code).toBe('rollout-moved');
    const second = (await request(1, admin)).json();
    expect((await post(`/${second.id}/cancel`, researcher)).statusCode).toBe(403);
    expect((await post(`/${second.id}/cancel`, secondAdmin)).json().state).toBe('cancelled');
  });
});

describe('evidence', () => {
  it('is chained through the rollouts of a model and never changes', async () => {
    await promoted(1);
    await promoted(2);
    const chain = await database.query<{ sha256: string; document: string }>(
      'SELECT sha256, document FROM rollout_evidence WHERE model_id = $1 ORDER BY sequence',
      [model.modelId],
    );
    expect(chain).toHaveLength(2);
    expect(chainHolds(chain)).toBe(true);
    await expect(database.query(`UPDATE rollout_evidence SET document = '{}'`)).rejects.toThrow('never changed');
    await expect(database.query('DELETE FROM rollout_evidence')).rejects.toThrow('never changed');
  });

  it('resets approvals when something new is known', async () => {
    const variants = [{ name: 'only', role: 'control', modelVersionId: model.versionIds[0], weight: 1 }];
    const endpoint = await app.app.inject({
      method: 'POST',
      url: '/api/endpoints',
      headers: researcher,
      payload: { name: `for-${models}`, modelId: model.modelId, variants },
    });
    const { id, evidenceSha256, evidence } = (await request(1, researcher, { endpointId: endpoint.json().id })).json();
    expect(evidence.facts.analysis.outcome).toBe('inconclusive');
    await app.app.inject({
      method: 'POST',
      url: `/api/endpoints/${endpoint.json().id}/analyses`,
      headers: researcher,
      payload: {},
    });

    expect((await approve(id)).json()).toMatchObject({ status: 409, code: 'evidence-changed' });
    const renewed = await read(id);
    expect(renewed).toMatchObject({ state: 'requested', approvals: [] });
    expect(renewed.evidence.previousSha256).toBe(evidenceSha256);
    expect((await approve(id, admin, { evidenceSha256 })).json().code).toBe('evidence-changed');
    expect((await approve(id, admin, { evidenceSha256: renewed.evidenceSha256 })).json().state).toBe('live');
  });

  it('holds the figures of the latest evaluation of the candidate', async () => {
    const folder = await mkdtemp(path.join(app.home, 'report-'));
    const interval = { value: 0.8, low: 0.7, high: 0.9, n: 100 };
    const accuracy = [{ candidate: 'swapped', overall: interval, perTarget: {} }];
    const report = {
      format: 'graft-evaluation',
      formatVersion: 1,
      split: 'val',
      targets: ['articleType'],
      itemCount: 100,
      accuracy,
    };
    const rest = {
      paired: [],
      control: null,
      latency: [],
      ratios: [],
      pricing: { currency: 'USD', perCpuHour: 0.04 },
      examples: [],
    };
    await writeFile(path.join(folder, 'report.json'), JSON.stringify({ ...report, ...rest, environment: {} }));
    const { hash } = await app.app.get(ArtifactsService).putTree(folder, 'public');
    await insertEvaluation(database, { modelVersionId: model.versionIds[1]!, reportTree: hash, candidate: 'swapped' });

    expect((await request(2)).json().evidence.facts.evaluation).toMatchObject({
      reportTree: hash,
      candidate: 'swapped',
      itemCount: 100,
      accuracy,
    });
  });

  it('refuses an endpoint that never served the version', async () => {
    const variants = [{ name: 'only', role: 'control', modelVersionId: model.versionIds[0], weight: 1 }];
    const endpoint = await app.app.inject({
      method: 'POST',
      url: '/api/endpoints',
      headers: researcher,
      payload: { name: `other-${models}`, modelId: model.modelId, variants },
    });
    expect((await request(2, researcher, { endpointId: endpoint.json().id })).json().errors[0].field).toBe(
      'endpointId',
    );
  });
});

describe('the way back', () => {
  it('is one action, and ends where the first champion began', async () => {
    const first = await promoted(1);
    const second = await promoted(2);
    expect((await read(first)).state).toBe('superseded');
    expect((await read(second)).previous.version).toBe(1);

    expect((await rollback(second)).json().state).toBe('rolled-back');
    expect(await champion()).toBe(1);
    expect((await read(first)).state).toBe('live');
    expect((await rollback(first)).json().state).toBe('rolled-back');
    expect(await champion()).toBeNull();
  });
});

describe('races', () => {
  it('lets one of two requests through', async () => {
    const answers = await Promise.all([request(1), request(2)]);
    expect(answers.map(({ statusCode }) => statusCode).sort()).toEqual([201, 409]);
  });

  it('approves once when two admins approve at the same time', async () => {
    const { id } = (await request(1)).json();
    const answers = await Promise.all([approve(id, admin), approve(id, secondAdmin)]);
    expect(answers.map(({ statusCode }) => statusCode).sort()).toEqual([200, 409]);
    expect((await read(id)).approvals).toHaveLength(1);
    expect((await read(id)).moves).toHaveLength(3);
  });

  it('rolls back once when two admins roll back at the same time', async () => {
    await promoted(1);
    const id = await promoted(2);
    const answers = await Promise.all([rollback(id, admin), rollback(id, secondAdmin)]);
    expect(answers.map(({ statusCode }) => statusCode).sort()).toEqual([200, 409]);
    expect(await champion()).toBe(1);
  });

  it('approves nothing when a rollback takes the champion away while the evidence is gathered', async () => {
    await promoted(1);
    const second = await promoted(2);
    const { id } = (await request(3)).json();
    const evidence = app.app.get(EvidenceService);
    const gather = evidence.gather.bind(evidence);
    vi.spyOn(evidence, 'gather').mockImplementationOnce(async (...about) => {
      const facts = await gather(...about);
      expect((await rollback(second)).statusCode).toBe(200);
      return facts;
    });
    expect((await approve(id)).json().code).toBe('evidence-changed');
    expect(await champion()).toBe(1);
    expect((await read(id)).evidence.facts.champion.version).toBe(1);
    expect((await approve(id)).json().previous.version).toBe(1);
  });

  it('keeps champion and live rollout in step when one is approved while another is rolled back', async () => {
    const first = await promoted(1);
    const { id: second } = (await request(2)).json();
    await Promise.all([approve(second), rollback(first)]);
    const live = await database.query<{ version: number }>(
      `SELECT v.version FROM rollouts r JOIN model_versions v ON v.id = r.model_version_id WHERE r.model_id = $1 AND r.state = 'live'`,
      [model.modelId],
    );
    expect(live.map(({ version }) => version)).toEqual([await champion()].filter((version) => version !== null));
  });
});
