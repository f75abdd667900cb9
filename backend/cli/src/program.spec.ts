import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { readCredentials, writeCredentials } from './credentials.js';
import { runCommandLine } from './program.js';

vi.hoisted(() => {
  for (const name of ['GRAFT_TOKEN', 'GRAFT_URL', 'GRAFT_ADMIN_TOKEN']) vi.stubEnv(name, undefined);
});

interface Reply {
  status: number;
  body: unknown;
}

/** A server that answers each path with what the test put there: how the command line meets refusals, not what the platform does. */
let server: Server;
let url: string;
let folder: string;
const replies = new Map<string, Reply>();
const asked: { path: string; authorization: string | undefined }[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'graft-cli-program-'));
  server = createServer((request, response) => {
    const path = (request.url ?? '').split('?')[0] ?? '';
    asked.push({ path, authorization: request.headers.authorization });
    const { status, body } = replies.get(`${request.method} ${path}`) ?? {
      status: 404,
      body: { title: 'Not Found', status: 404, code: 'not-found', detail: `nothing at ${path}`, traceId: 't' },
    };
    request.resume();
    request.on('end', () =>
      response
        .writeHead(status, { 'content-type': status < 400 ? 'application/json' : 'application/problem+json' })
        .end(JSON.stringify(body)),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(async () => {
  await new Promise((resolve) => server.close(resolve));
  await rm(folder, { recursive: true, force: true });
});
beforeEach(() => {
  replies.clear();
  asked.length = 0;
});

async function graft(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  let [out, err] = ['', ''];
  const code = await runCommandLine(args, {
    out: { write: (text) => (out += text) },
    err: { write: (text) => (err += text) },
  });
  return { code, out, err };
}

const connected = (): string[] => ['--url', url, '--token', 'gft_test'];

describe('exit codes', () => {
  it('2 for a command that does not exist, a missing argument, a wrong choice, no token', async () => {
    for (const args of [
      ['nonsense'],
      ['experiment', 'run'],
      ['import', folder, '--tier', 'secret'],
      ['dataset', 'list', '--url', url],
    ]) {
      const { code, err } = await graft(...args);
      expect([args, code]).toEqual([args, 2]);
      expect(err).toContain('error:');
    }
  });
  it('0 for help and version', async () => {
    expect((await graft('--help')).code).toBe(0);
    expect((await graft('--version')).out).toBe('0.1.0\n');
  });
  it('1 when the platform does not answer, saying what to do', async () => {
    const { code, err } = await graft('dataset', 'list', '--url', 'http://127.0.0.1:9', '--token', 't');
    expect(code).toBe(1);
    expect(err).toContain('is it running (npm start)');
  });
});

describe('a refusal of the server', () => {
  it('is printed as what, field, expected, found and what to do next, with the line of the YAML file', async () => {
    const file = join(folder, 'experiment.yaml');
    await writeFile(file, 'name: x\nsteps:\n  - name: a\n    recipe: tune\n');
    const errors = [
      { field: 'steps.0.recipe', expected: 'finetune or embed', found: 'tune', message: 'unknown recipe' },
    ];
    replies.set('POST /api/experiments', {
      status: 422,
      body: {
        title: 'Unprocessable Entity',
        status: 422,
        code: 'validation-failed',
        detail: 'The experiment was refused.',
        errors,
        traceId: 't1',
      },
    });
    const { code, err, out } = await graft('experiment', 'run', file, ...connected());
    expect(code).toBe(1);
    expect(out).toBe('');
    expect(err).toContain(
      'field     steps.0.recipe (line 4): unknown recipe\n  expected  finetune or embed\n  found     tune\n  next      correct',
    );
  });
  it('is one JSON document on standard output with --json', async () => {
    const version = { id: 'v1', version: 1, aliases: [] };
    replies.set('GET /api/models', {
      status: 200,
      body: { items: [{ id: 'm1', name: 'tagger', aliases: [] }], total: 1 },
    });
    replies.set('GET /api/model-versions', { status: 200, body: { items: [version], total: 1 } });
    replies.set('PUT /api/models/m1/aliases/champion', {
      status: 403,
      body: {
        title: 'Forbidden',
        status: 403,
        code: 'champion-protected',
        detail: 'Champion moves by a rollout only.',
        traceId: 't2',
      },
    });
    const { code, out } = await graft('alias', 'set', 'tagger@champion', '1', '--json', ...connected());
    expect(code).toBe(1);
    expect(JSON.parse(out)).toMatchObject({ error: { code: 'champion-protected' } });
  });
});

describe('experiment preflight', () => {
  const limits = { memoryLimitBytes: 4096 * 2 ** 20, cpuSeconds: 900 };
  const estimate = {
    ...limits,
    totalSteps: 400,
    itemsPerStep: 64,
    stepSeconds: { median: 0.5, low: 0.4, high: 0.7, n: 5 },
    prepareSeconds: 10,
    validationSeconds: 30,
    totalSeconds: 240,
    peakMemoryBytes: 700 * 2 ** 20,
    cost: { currency: 'USD', perCpuHour: 0.04, value: 0.01 },
  };
  const leak = { level: 'problem', message: '3 of 40 validation items have the very picture of a training item.' };
  const run = { id: 'r1', name: 'stock', recipe: 'finetune', state: 'succeeded', startedAt: null, endedAt: null };
  const experiment = { id: 'x1', name: 'swap (preflight)', state: 'succeeded', runs: [run] };
  let file: string;

  beforeEach(async () => {
    file = join(folder, 'swap.yaml');
    await writeFile(file, 'name: swap\nsteps:\n  - name: stock\n    recipe: finetune\n');
    const skipped = [{ step: 'vectors', reason: 'It trains nothing.' }];
    replies.set('POST /api/experiments/preflight', { status: 201, body: { experiment, skipped } });
    replies.set('GET /api/experiments/x1', { status: 200, body: experiment });
  });

  it.each([
    [1, [leak]],
    [0, []],
  ])('ends with %i, printing what it found and what the training will take', async (expected, findings) => {
    const report = { items: { train: 160, validation: 40 }, findings, estimate };
    replies.set('GET /api/runs/r1/preflight', { status: 200, body: report });
    const { code, out, err } = await graft('experiment', 'preflight', file, '--wait', ...connected());
    expect(code).toBe(expected);
    expect(err).toContain('vectors is left out: It trains nothing.');
    expect(out).toContain(findings[0] ? `problem  ${leak.message}` : 'nothing to look at before starting');
    expect(out).toMatch(/4 min 0 s +400 +500 ms \(400 ms to 700 ms, n 5\) +700 MiB of 4096 MiB +0\.01 USD/);
  });
});

describe('rollout request', () => {
  it('does not ask for a rollout without the evidence of an endpoint that it was told to take', async () => {
    const version = { id: 'v1', version: 1, aliases: [] };
    replies.set('GET /api/models', { status: 200, body: { items: [{ id: 'm1', name: 'tagger' }], total: 1 } });
    replies.set('GET /api/model-versions', { status: 200, body: { items: [version], total: 1 } });
    replies.set('GET /api/endpoints', { status: 200, body: { items: [], total: 0 } });
    const named = ['--endpoint', 'mistyped', '--reason', 'better'];
    const { code, err } = await graft('rollout', 'request', 'tagger@1', ...named, ...connected());
    expect(code).toBe(2);
    expect(err).toContain('found mistyped');
    expect(asked.map(({ path }) => path)).not.toContain('/api/rollouts');
  });
});

describe('login', () => {
  it('keeps a token readable by its owner only, also where the file was more open before', async () => {
    await writeFile(join(folder, 'credentials.json'), 'old', { mode: 0o644 });
    expect(await readCredentials(folder)).toBeUndefined();
    const file = await writeCredentials(folder, { url, token: 'gft_secret' });
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect(JSON.parse(await readFile(file, 'utf8'))).toEqual({ url, token: 'gft_secret' });
    expect(await readCredentials(folder)).toEqual({ url, token: 'gft_secret' });
  });
  it('sends the token as a bearer token', async () => {
    replies.set('GET /api/datasets', { status: 200, body: { items: [], total: 0 } });
    const { code, out } = await graft('dataset', 'list', ...connected());
    expect({ code, out, asked }).toEqual({
      code: 0,
      out: 'no dataset yet: graft import FOLDER\n',
      asked: [{ path: '/api/datasets', authorization: 'Bearer gft_test' }],
    });
  });
});
