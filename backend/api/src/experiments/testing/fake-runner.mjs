// Stands in for every recipe: speaks the protocol and does what the run's seed says. Built-in modules only.
import { createInterface } from 'node:readline';
import { existsSync, mkdirSync, rmSync, symlinkSync, writeFileSync, writeSync } from 'node:fs';
import { Socket } from 'node:net';

const channel = new Socket({ fd: 3 });
const lines = createInterface({ input: channel });
let task;
let seq = 0;

const say = (event) => {
  seq += 1;
  writeSync(
    3,
    `${JSON.stringify({ runId: task.runId, attempt: task.attempt, seq, at: new Date().toISOString(), ...event })}\n`,
  );
};
const out = (name) => {
  const folder = `${task.workspace}/out/${name}`;
  mkdirSync(folder, { recursive: true });
  return folder;
};
const fail = (code, message) => {
  say({ type: 'failed', failure: { code, message, retryable: false } });
  process.exit(0);
};

const space = {
  id: `sp_${'a'.repeat(32)}`,
  definition: {
    encoderSha256: 'b'.repeat(64),
    preprocessing: { width: 32, height: 32, fit: 'fill', mean: [0, 0, 0], std: [1, 1, 1] },
    pooling: 'mean',
    normalised: true,
    dim: 8,
    dtype: 'float32',
  },
};

function writeBundle() {
  const manifest = {
    format: 'graft-bundle',
    formatVersion: 1,
    name: 'fake',
    components: {},
    labels: { colour: ['red'] },
    metadata: {},
  };
  writeFileSync(`${out('bundle')}/bundle.json`, JSON.stringify(manifest));
  say({ type: 'artifact', name: 'bundle', kind: 'bundle', path: 'bundle' });
}

function writeSnapshot() {
  const manifest = { format: 'graft-snapshot', formatVersion: 1, space, itemCount: 3, encodedCount: 2, reusedCount: 1 };
  writeFileSync(`${out('snapshot')}/snapshot.json`, JSON.stringify(manifest));
  say({ type: 'artifact', name: 'snapshot', kind: 'snapshot', path: 'snapshot' });
}

/** A report without a single example: its form is what is tried here. */
function writePreflight() {
  const none = { groups: 0, items: 0, examples: [] };
  const noLeak = { items: 0, examples: [] };
  const report = {
    format: 'graft-preflight',
    formatVersion: 1,
    recipe: task.kind,
    items: { train: 2, validation: 1 },
    examples: [],
    texts: null,
    labels: [],
    duplicates: { pictures: none, nearPictures: null, titles: none },
    leakage: { pictures: noLeak, nearPictures: null, titles: noLeak },
    estimate: {
      totalSteps: 1,
      itemsPerStep: 2,
      stepSeconds: { median: 1, low: 1, high: 1, n: 5 },
      prepareSeconds: 1,
      validationSeconds: 1,
      totalSeconds: 3,
      peakMemoryBytes: 1,
      memoryLimitBytes: task.memoryBytes ?? null,
      cpuSeconds: 1,
      cost: { currency: 'USD', perCpuHour: 0.04, value: 0.001 },
    },
    findings: [],
  };
  writeFileSync(`${out('preflight')}/preflight.json`, JSON.stringify(report));
  say({ type: 'artifact', name: 'preflight', kind: 'preflight', path: 'preflight' });
}

const behaviours = {
  /** Succeeds. */
  1: () => undefined,
  /** Crashes after its first checkpoint, once. */
  2: () => {
    if (existsSync(`${task.workspace}/checkpoint/step`)) return say({ type: 'log', level: 'info', message: 'resumed' });
    writeFileSync(`${task.workspace}/checkpoint/step`, '1');
    say({ type: 'checkpoint', step: 1 });
    console.error('it broke');
    process.exit(3);
  },
  /** Cannot work with its input. */
  3: () => fail('input-invalid', 'the dataset has no colour'),
  /** Never ends by itself. */
  4: () => new Promise(() => setInterval(() => undefined, 1_000)),
  /** Always crashes. */
  5: () => process.exit(7),
  /** Announces a link in place of a folder. */
  6: () => {
    rmSync(`${task.workspace}/out`, { recursive: true });
    symlinkSync('/etc', `${task.workspace}/out`);
    say({ type: 'artifact', name: 'stolen', kind: 'bundle', path: 'ssl' });
    say({ type: 'succeeded', result: {} });
    process.exit(0);
  },
  /** Breaks the protocol. */
  7: () => {
    writeSync(3, 'nonsense\n'.repeat(50));
    return new Promise(() => setInterval(() => undefined, 1_000));
  },
  /** Takes more memory than it may. */
  8: () => {
    const kept = [];
    for (;;) kept.push(Buffer.alloc(16 << 20, 1));
  },
};

lines.on('line', async (line) => {
  const command = JSON.parse(line);
  if (command.type === 'cancel') return fail('cancelled', 'cancelled as asked');
  task = command.task;
  say({ type: 'started', versions: { node: process.version } });
  say({ type: 'metric', name: 'loss', step: 1, value: 0.5 });
  say({ type: 'progress', fraction: 0.5, phase: 'working' });
  await behaviours[task.seed]();
  if (task.input.preflight) writePreflight();
  else if (task.kind === 'embed') writeSnapshot();
  else writeBundle();
  say({ type: 'succeeded', result: { mounts: Object.keys(task.input).length } });
  process.exit(0);
});
