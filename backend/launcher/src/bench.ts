// One door to every published figure: each name starts what it needs by itself and leaves nothing behind.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { freePort } from './free-port.js';
import { startGraft } from './graft.js';
import { runGraftCommand } from './graft-command.js';
import { runTool } from './owned-process.js';
import { Refusal } from './refusal.js';
import type { Workplace } from './workplace.js';

interface Bench {
  title: string;
  run: (context: BenchContext) => Promise<number>;
}

interface BenchContext {
  place: Workplace;
  args: readonly string[];
  signal: AbortSignal;
}

export const benches: Record<string, Bench> = {
  'main-job': {
    title: 'accuracy, latency and cost of the swapped model against the native one, on the product photos',
    run: (context) => onPrivateGraft(['bench', 'main-job', ...context.args], context),
  },
  'onnx-conformance': {
    title: 'share of the published ONNX operator tests that is read, run, shaped and differentiated right',
    run: (context) => byEngine('onnx-conformance', context),
  },
  'train-vs-torch': {
    title: 'time of a training step in PyTorch and here, interleaved: MLP, ViT and decoder',
    run: (context) => byEngine('train-vs-torch', context),
  },
  resume: {
    title: 'trainings killed at random steps that end, resumed, in the same bytes as unbroken ones',
    run: (context) => byEngine('resume', context),
  },
  embeddings: {
    title: 'text and picture retrieval of a dual encoder trained on the product photos',
    run: (context) => onPrivateGraft(['bench', 'embeddings', ...context.args], context),
  },
  search: {
    title:
      'visual search: recall against exact, latency, and answers that mixed two snapshots while they were switched',
    run: (context) => onPrivateGraft(['bench', 'search', ...context.args], context),
  },
};

/** `npm run bench [-- NAME [--json]]`. @returns 0 measured, 3 when data or a peer is absent, 1 on failure */
export async function bench(context: BenchContext): Promise<number> {
  const [name, ...args] = context.args;
  if (name === undefined) {
    const width = Math.max(...Object.keys(benches).map(({ length }) => length));
    for (const [key, { title }] of Object.entries(benches)) console.log(`${key.padEnd(width)}  ${title}`);
    return 0;
  }
  const found = benches[name];
  if (found === undefined)
    throw new Refusal(`There is no bench '${name}'. There are: ${Object.keys(benches).join(', ')}.`);
  return await found.run({ ...context, args });
}

/** What names another Graft's servers, ports and people: its queue would take our jobs, and our server knows no token of it. */
const ofAnotherGraft = new Set([
  'DATABASE_URL',
  'REDIS_URL',
  'GRAFT_URL',
  'GRAFT_PUBLIC_URL',
  'GRAFT_GATEWAY_PORT',
  'GRAFT_TOKEN',
  'GRAFT_ADMIN_TOKEN',
  'GRAFT_RESEARCHER_TOKEN',
]);

/** Runs a measurement of the engine alone: it needs no server. */
async function byEngine(name: string, { place, args, signal }: BenchContext): Promise<number> {
  return await runTool(
    process.execPath,
    [path.join(place.root, 'sandboxes/engine/dist/bench', `${name}.js`), ...args],
    {
      cwd: place.root,
      env: place.environment,
      stdio: 'inherit',
      signal,
    },
  );
}

/** Runs a `graft` command against a Graft of its own: an empty home, free ports, nothing shared with one that runs already. */
async function onPrivateGraft(command: readonly string[], { place, signal }: BenchContext): Promise<number> {
  const home = mkdtempSync(path.join(tmpdir(), 'graft-bench-'));
  const environment = Object.fromEntries(
    Object.entries(place.environment).filter(([name]) => !ofAnotherGraft.has(name)),
  );
  const own: Workplace = { ...place, home, host: '127.0.0.1', port: await freePort(), environment };
  try {
    // Standard output belongs to the figures.
    const graft = await startGraft({ place: own, say: (line) => console.error(line), signal });
    try {
      return await runGraftCommand(command, { place: own, url: graft.url, tokens: graft.tokens, signal });
    } finally {
      await graft.stop();
    }
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}
