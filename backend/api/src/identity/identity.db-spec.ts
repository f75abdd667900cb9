import type { InjectOptions } from 'fastify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestApp, type TestApp } from '../testing/app.js';
import { useDatabase } from '../testing/database.js';
import { FirstAdmin } from './first-admin.js';
import { LocalTokens } from './local-tokens.js';

const database = useDatabase();
let testApp: TestApp;
let admin: { authorization: string };

beforeAll(async () => {
  testApp = await startTestApp(database.url);
  await testApp.app.get(FirstAdmin).ensure();
  admin = await testApp.signedIn('admin', 'token-admin@test.example');
});
afterAll(() => testApp.close());

const ask = (options: InjectOptions) => testApp.app.inject(options);
const CREDENTIALS = { email: 'admin@test.example', password: 'correct horse battery' };

async function signIn(credentials: { email: string; password: string }, remoteAddress = '10.0.0.1') {
  const answer = await ask({ method: 'POST', url: '/api/sessions', payload: credentials, remoteAddress });
  return { answer, cookie: answer.headers['set-cookie']?.toString().split(';')[0] ?? '' };
}

async function createPerson(email: string, role = 'researcher', password = 'a long enough password') {
  const answer = await ask({
    method: 'POST',
    url: '/api/people',
    headers: admin,
    payload: { email, name: email, role, password },
  });
  expect(answer.statusCode).toBe(201);
  return answer.json<{ id: string; generatedPassword: string | null }>();
}

describe('first admin', () => {
  it('is made once', async () => {
    expect(await testApp.app.get(FirstAdmin).ensure()).toEqual({
      email: 'admin@test.example',
      password: null,
      created: false,
    });
  });

  it('gives local commands a token for each role, and the same ones again', async () => {
    const tokens = await testApp.app.get(LocalTokens).ensure('admin@test.example');
    const headers = { authorization: `Bearer ${tokens.researcher}` };
    expect((await ask({ url: '/api/sessions/current', headers })).json()).toMatchObject({
      user: { role: 'researcher' },
    });
  });
});

describe('a NUL character, which PostgreSQL cannot store', () => {
  it('is the fault of the request, in a body and in a query', async () => {
    const { answer } = await signIn({ ...CREDENTIALS, email: 'a\0b@test.example' });
    const listed = await ask({ url: '/api/people?q=%00', headers: admin });
    for (const refused of [answer, listed]) {
      expect(refused.statusCode).toBe(422);
      expect(refused.json()).toMatchObject({ code: 'validation-failed', detail: expect.stringContaining('NUL') });
    }
  });

  it('in a path keeps no attempt out of the audit log', async () => {
    expect((await ask({ method: 'DELETE', url: '/api/tokens/x%00y', headers: admin })).statusCode).toBe(422);
    const { items } = (await ask({ url: '/api/audit?action=tokens.revoke', headers: admin })).json<{
      items: object[];
    }>();
    expect(items).toContainEqual(expect.objectContaining({ resourceId: 'x\ufffdy', outcome: 'refused' }));
  });
});

describe('sessions', () => {
  it('sign in, say who is there, and sign out', async () => {
    const { answer, cookie } = await signIn({ ...CREDENTIALS, email: ' Admin@Test.example ' });
    expect(answer.statusCode).toBe(201);
    expect(answer.headers['set-cookie']).toMatch(
      /^graft_session=[^;]+; Max-Age=\d+; Path=\/; HttpOnly; SameSite=Strict$/,
    );
    expect((await ask({ url: '/api/sessions/current', headers: { cookie } })).json()).toMatchObject({
      user: { email: 'admin@test.example', role: 'admin' },
    });

    expect(
      (await ask({ method: 'DELETE', url: '/api/sessions/current', headers: { cookie, 'x-graft-csrf': '1' } }))
        .statusCode,
    ).toBe(204);
    expect((await ask({ url: '/api/sessions/current', headers: { cookie } })).statusCode).toBe(401);
  });

  it('store no secret in clear', async () => {
    const { cookie } = await signIn(CREDENTIALS);
    const [row] = await database.query<{ text: string }>(
      `SELECT string_agg(s::text, '') || (SELECT string_agg(p::text, '') FROM people p) AS text FROM sessions s`,
    );
    expect(row?.text).not.toContain(decodeURIComponent(cookie.split('=')[1]!));
    expect(row?.text).not.toContain(CREDENTIALS.password);
    expect(row?.text).toContain('$argon2id$');
  });

  it('refuse a change without the header that only our pages can send, or from a page of others', async () => {
    const { cookie } = await signIn(CREDENTIALS);
    const change = (headers: Record<string, string>) =>
      ask({ method: 'POST', url: '/api/people', headers: { cookie, ...headers }, payload: {} });
    expect((await change({})).json()).toMatchObject({ status: 403, code: 'csrf-refused' });
    expect((await change({ 'x-graft-csrf': '1', origin: 'https://evil.example' })).json()).toMatchObject({
      status: 403,
      code: 'csrf-refused',
    });
    expect((await change({ 'x-graft-csrf': '1', origin: 'http://localhost', host: 'localhost' })).statusCode).toBe(422);
  });

  it('answer a wrong password, an unknown e-mail and a disabled person alike', async () => {
    const { id } = await createPerson('gone@test.example');
    await ask({ method: 'PATCH', url: `/api/people/${id}`, headers: admin, payload: { disabled: true } });
    const refusals = await Promise.all(
      [
        { ...CREDENTIALS, password: 'wrong password' },
        { email: 'nobody@test.example', password: 'wrong password' },
        { email: 'gone@test.example', password: 'a long enough password' },
      ].map(async (credentials) => (await signIn(credentials, '10.0.0.2')).answer.json<{ traceId: string }>()),
    );
    expect(new Set(refusals.map(({ traceId: _, ...refusal }) => JSON.stringify(refusal))).size).toBe(1);
    expect(refusals[0]).toMatchObject({ status: 401, code: 'sign-in-failed' });
  });

  it('stop an account after ten failures, from any address and after a restart', async () => {
    await createPerson('target@test.example');
    for (let attempt = 0; attempt < 10; attempt++) {
      expect(
        (await signIn({ email: 'target@test.example', password: 'guess' }, `10.0.1.${attempt}`)).answer.statusCode,
      ).toBe(401);
    }
    const restarted = await startTestApp(database.url);
    const answer = await restarted.app.inject({
      method: 'POST',
      url: '/api/sessions',
      payload: { email: 'target@test.example', password: 'a long enough password' },
    });
    await restarted.close();
    expect(answer.json()).toMatchObject({ status: 429, code: 'too-many-attempts' });
  });

  it('end when the password changes', async () => {
    const { id } = await createPerson('mover@test.example');
    const { cookie } = await signIn({ email: 'mover@test.example', password: 'a long enough password' });
    await ask({
      method: 'PATCH',
      url: `/api/people/${id}`,
      headers: admin,
      payload: { password: 'another long password' },
    });
    expect((await ask({ url: '/api/sessions/current', headers: { cookie } })).statusCode).toBe(401);
  });

  it('let people change their own password, knowing the old one', async () => {
    await createPerson('self@test.example');
    const { cookie } = await signIn({ email: 'self@test.example', password: 'a long enough password' });
    const change = (currentPassword: string) =>
      ask({
        method: 'PUT',
        url: '/api/people/current/password',
        headers: { cookie, 'x-graft-csrf': '1' },
        payload: { currentPassword, newPassword: 'yet another password' },
      });
    expect((await change('wrong')).json()).toMatchObject({ status: 422, errors: [{ field: 'currentPassword' }] });
    expect((await change('a long enough password')).statusCode).toBe(204);
    expect((await signIn({ email: 'self@test.example', password: 'yet another password' })).answer.statusCode).toBe(
      201,
    );
  });
});

describe('people', () => {
  it('get a generated password that works', async () => {
    const answer = await ask({
      method: 'POST',
      url: '/api/people',
      headers: admin,
      payload: { email: 'New@Test.example', name: 'New', role: 'researcher' },
    });
    const { generatedPassword } = answer.json<{ generatedPassword: string }>();
    expect((await signIn({ email: 'new@test.example', password: generatedPassword })).answer.statusCode).toBe(201);
  });

  it('have an e-mail of their own', async () => {
    await createPerson('twice@test.example');
    const answer = await ask({
      method: 'POST',
      url: '/api/people',
      headers: admin,
      payload: { email: 'TWICE@test.example', name: 'x', role: 'admin' },
    });
    expect(answer.json()).toMatchObject({ status: 409, code: 'email-taken' });
  });

  it('are found by part of their name, page by page', async () => {
    const answer = await ask({ url: '/api/people?q=TEST.ex&perPage=2&sort=email&order=desc', headers: admin });
    const { items, total } = answer.json<{ items: { email: string }[]; total: number }>();
    expect(items).toHaveLength(2);
    expect(total).toBeGreaterThan(2);
    expect(items[0]!.email > items[1]!.email).toBe(true);
  });

  it('are never without an admin, also when two are removed at once', async () => {
    const { items } = (await ask({ url: '/api/people?role=admin', headers: admin })).json<{
      items: { id: string }[];
    }>();
    const answers = await Promise.all(
      items.map(({ id }) =>
        ask({ method: 'PATCH', url: `/api/people/${id}`, headers: admin, payload: { role: 'researcher' } }),
      ),
    );
    expect(
      answers.some((answer) => answer.json<{ code?: string }>().code === 'last-admin' || answer.statusCode >= 401),
    ).toBe(true);
    const [left] = await database.query<{ admins: number }>(
      `SELECT count(*)::int AS admins FROM people WHERE role = 'admin' AND NOT disabled`,
    );
    expect(left?.admins).toBeGreaterThanOrEqual(1);
    await database.query(
      `UPDATE people SET role = 'admin' WHERE email IN ('admin@test.example', 'token-admin@test.example')`,
    );
  });

  it('are for admins to manage', async () => {
    const researcher = await testApp.signedIn('researcher');
    expect((await ask({ url: '/api/people', headers: researcher })).json()).toMatchObject({
      status: 403,
      code: 'permission-missing',
    });
  });
});

describe('tokens', () => {
  it('do what their scopes say, and stop at once when revoked', async () => {
    const created = await ask({
      method: 'POST',
      url: '/api/tokens',
      headers: admin,
      payload: { name: 'ci', scopes: ['people:read', 'tokens:*'] },
    });
    const { id, token } = created.json<{ id: string; token: string }>();
    const headers = { authorization: `Bearer ${token}` };
    expect(token).toMatch(/^gft_/);
    expect((await ask({ url: '/api/people', headers })).statusCode).toBe(200);
    expect((await ask({ url: '/api/audit', headers })).statusCode).toBe(403);
    expect((await ask({ method: 'DELETE', url: `/api/tokens/${id}`, headers: admin })).statusCode).toBe(204);
    expect((await ask({ url: '/api/people', headers })).statusCode).toBe(401);
  });

  it('never do more than their owner, nor hand on more than they have', async () => {
    const researcher = await testApp.signedIn('researcher');
    const refused = await ask({
      method: 'POST',
      url: '/api/tokens',
      headers: researcher,
      payload: { name: 'x', scopes: ['rollouts:approve'] },
    });
    expect(refused.json()).toMatchObject({ status: 403, code: 'scope-not-granted' });
    const narrow = await ask({
      method: 'POST',
      url: '/api/tokens',
      headers: admin,
      payload: { name: 'narrow', scopes: ['tokens:manage'] },
    });
    const wider = await ask({
      method: 'POST',
      url: '/api/tokens',
      headers: { authorization: `Bearer ${narrow.json<{ token: string }>().token}` },
      payload: { name: 'wider', scopes: ['people:manage'] },
    });
    expect(wider.json()).toMatchObject({ code: 'scope-not-granted' });
  });

  it('never outlive the token that made them, and say so', async () => {
    const create = (headers: { authorization: string }, expiresInDays?: number) =>
      ask({
        method: 'POST',
        url: '/api/tokens',
        headers,
        payload: { name: 'child', scopes: ['tokens:manage'], expiresInDays },
      });
    const { token, expiresAt } = (await create(admin, 7)).json<{ token: string; expiresAt: string }>();
    const maker = { authorization: `Bearer ${token}` };
    expect((await create(maker)).json()).toMatchObject({ expiresAt });
    expect((await create(maker, 365)).json()).toMatchObject({ expiresAt });
    const shorter = (await create(maker, 1)).json<{ expiresAt: string }>();
    expect(shorter.expiresAt < expiresAt).toBe(true);
  });

  it('refuse a scope that names nothing', async () => {
    const answer = await ask({
      method: 'POST',
      url: '/api/tokens',
      headers: admin,
      payload: { name: 'x', scopes: ['people:fly'] },
    });
    expect(answer.json()).toMatchObject({ status: 422, errors: [{ field: 'scopes[0]', found: '"people:fly"' }] });
  });

  it('expire', async () => {
    const created = await ask({
      method: 'POST',
      url: '/api/tokens',
      headers: admin,
      payload: { name: 'short', scopes: ['people:read'], expiresInDays: 1 },
    });
    const { id, token } = created.json<{ id: string; token: string }>();
    await database.query('UPDATE api_tokens SET expires_at = now() WHERE id = $1', [id]);
    expect((await ask({ url: '/api/people', headers: { authorization: `Bearer ${token}` } })).statusCode).toBe(401);
  });
});

describe('the audit log', () => {
  it('holds what succeeded and what was refused, with actor, resource and code', async () => {
    const researcher = await testApp.signedIn('researcher', 'curious@test.example');
    await ask({ method: 'POST', url: '/api/people', headers: researcher, payload: {} });
    const { id } = await createPerson('audited@test.example');
    await ask({ method: 'POST', url: '/api/people', payload: {} });
    const { items } = (await ask({ url: '/api/audit?action=people.create&perPage=3', headers: admin })).json<{
      items: object[];
    }>();
    expect(items).toMatchObject([
      { actorId: null, outcome: 'refused', code: 'not-signed-in' },
      { actorName: 'token-admin', outcome: 'succeeded', code: null, resource: 'people', resourceId: id },
      { actorName: 'curious', outcome: 'refused', code: 'permission-missing' },
    ]);
    expect((await ask({ url: `/api/audit?resourceId=${id}&outcome=succeeded`, headers: admin })).json()).toMatchObject({
      total: 1,
    });
  });
});
