import { expect, it } from 'vitest';
import { createGraftClient } from './graft-client.js';
import { GraftProblem, orThrow } from './problem.js';

function answering(status: number, body: unknown) {
  const requests: Request[] = [];
  const fetch = (request: Request): Promise<Response> => {
    requests.push(request);
    return Promise.resolve(
      new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json' } }),
    );
  };
  return { fetch, requests };
}

it('sends the token and no session header', async () => {
  const server = answering(200, { items: [], total: 0 });
  const client = createGraftClient({ baseUrl: 'http://graft.test', token: 'gft_x', fetch: server.fetch });
  await orThrow(client.GET('/api/datasets', { params: { query: { perPage: 5 } } }));
  expect(server.requests[0]?.url).toBe('http://graft.test/api/datasets?perPage=5');
  expect(server.requests[0]?.headers.get('authorization')).toBe('Bearer gft_x');
  expect(server.requests[0]?.headers.has('x-graft-csrf')).toBe(false);
});

it('proves that a change by cookie comes from a page of ours', async () => {
  const server = answering(200, {});
  await orThrow(
    createGraftClient({ baseUrl: 'http://graft.test', fetch: server.fetch }).DELETE('/api/sessions/current'),
  );
  expect(server.requests[0]?.headers.get('x-graft-csrf')).toBe('1');
});

it('throws the problem of the server', async () => {
  const problem = {
    type: 'about:blank',
    title: 'Conflict',
    status: 409,
    code: 'dataset-name-taken',
    detail: 'Choose another name.',
    traceId: 't',
  };
  const client = createGraftClient({ baseUrl: 'http://graft.test', fetch: answering(409, problem).fetch });
  const call = orThrow(client.POST('/api/datasets', { body: { name: 'x', tier: 'public' } }));
  await expect(call).rejects.toMatchObject({
    code: 'dataset-name-taken',
    status: 409,
    message: 'Choose another name.',
  });
  await expect(call).rejects.toBeInstanceOf(GraftProblem);
});

it('says so when the answer is not one of Graft', async () => {
  const client = createGraftClient({ baseUrl: 'http://graft.test', fetch: answering(502, 'Bad gateway').fetch });
  await expect(orThrow(client.GET('/api/sessions/current'))).rejects.toMatchObject({
    code: 'unexpected-answer',
    status: 502,
  });
});
