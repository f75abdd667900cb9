import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { EvaluationReport } from '@graft/protocol';
import { runTask, type TaskOutcome, temporaryFolder, tinyItems, writeTinyDataset } from '@graft/runner/testing';
import { beforeAll, describe, expect, it } from 'vitest';
import { evaluate } from './evaluate.js';
import { definition, writeColourSnapshot, writeNativeBundle, writeSwappedBundle } from './testing/tiny-bundles.js';

let root: string;
const stock = { name: 'stock', role: 'stock', bundle: 'native', snapshot: null, head: 'class-means' };
const tuned = { name: 'tuned', role: 'fine-tuned', bundle: 'native', snapshot: null, head: 'bundle' };
const swapped = { name: 'swapped', role: 'swapped', bundle: 'swapped', snapshot: 'snapshot', head: 'bundle' };

beforeAll(async () => {
  root = await temporaryFolder();
  const items = await tinyItems(240);
  await writeTinyDataset(join(root, 'dataset'), items);
  await writeNativeBundle(join(root, 'native'));
  await writeSwappedBundle(join(root, 'swapped'));
  await writeColourSnapshot(join(root, 'snapshot'), items);
  await writeColourSnapshot(join(root, 'foreign'), items, { ...definition, normalised: true });
});

async function compare(
  input: Record<string, unknown> = {},
): Promise<TaskOutcome & { report: EvaluationReport | undefined }> {
  const workspace = await temporaryFolder();
  const task = {
    dataset: 'dataset',
    split: 'val',
    targets: ['colour'],
    candidates: [stock, tuned, swapped],
    imagesPerRequest: [1, 4],
    rounds: 4,
    bootstrap: 300,
    ...input,
  };
  const outcome = await runTask('evaluate', evaluate, task, { inputsRoot: root, workspace });
  const text = await readFile(join(workspace, 'out/report/report.json'), 'utf8').catch(() => undefined);
  return { ...outcome, report: text === undefined ? undefined : EvaluationReport.parse(JSON.parse(text)) };
}

describe('evaluate', () => {
  let outcome: Awaited<ReturnType<typeof compare>>;
  let report: EvaluationReport;
  beforeAll(async () => {
    outcome = await compare();
    report = outcome.report as EvaluationReport;
  });

  it('scores every candidate on the same items, with intervals around the values', () => {
    expect(outcome.failure).toBeUndefined();
    expect(report.itemCount).toBe(60);
    expect(report.accuracy.map(({ candidate }) => candidate)).toEqual(['stock', 'tuned', 'swapped']);
    for (const { overall } of report.accuracy) {
      expect(overall.low).toBeLessThanOrEqual(overall.value);
      expect(overall.high).toBeGreaterThanOrEqual(overall.value);
      expect(overall.n).toBe(60);
    }
    expect(report.accuracy[2]?.overall.value).toBeGreaterThan(0.85);
    expect(outcome.result?.['accuracy/swapped']).toBe(report.accuracy[2]?.overall.value);
  });

  it('asks a stock encoder by class means, which beat an untrained head', () => {
    expect(report.accuracy[0]?.overall.value).toBeGreaterThan(0.6);
    expect(report.accuracy[1]?.overall.value).toBeLessThan(0.6);
  });

  it('tests each pair of candidates on their discordant items', () => {
    expect(report.paired.map(({ a, b }) => [a, b])).toEqual([
      ['stock', 'tuned'],
      ['stock', 'swapped'],
      ['tuned', 'swapped'],
    ]);
    const test = report.paired[2]!;
    expect(test.difference.value).toBeCloseTo(
      (report.accuracy[2]?.overall.value ?? 0) - (report.accuracy[1]?.overall.value ?? 0),
      12,
    );
    expect(test.difference.low).toBeGreaterThan(0);
    expect(test.pValue).toBeLessThan(0.01);
    expect(test.mcnemar['colour']?.pValue).toBeLessThan(0.001);
  });

  it('lets the shuffled control fall to chance', () => {
    const { shuffled, chance, candidate } = report.control!;
    expect(candidate).toBe('swapped');
    expect(chance).toBeGreaterThan(0.2);
    expect(shuffled.low).toBeLessThan(chance);
    expect(shuffled.high).toBeGreaterThan(chance);
  });

  it('times every candidate at every size, and the ratio of the native one to the swapped one in each round', () => {
    expect(report.latency).toHaveLength(6);
    for (const point of report.latency) {
      expect(point.n).toBeGreaterThanOrEqual(4);
      expect(point.p95Ms).toBeGreaterThanOrEqual(point.p50Ms);
      expect(point.costPer1000).toBeCloseTo((point.cpuMsPerRequest / 3_600_000) * 1000 * 0.04, 15);
    }
    expect(report.ratios.map(({ imagesPerRequest, rounds }) => [imagesPerRequest, rounds])).toEqual([
      [1, 4],
      [4, 4],
    ]);
    for (const { latency } of report.ratios) expect(latency.low).toBeLessThanOrEqual(latency.value);
  });

  it('shows items on which the candidates disagree, and the machine they ran on', () => {
    expect(report.examples.length).toBeGreaterThan(0);
    for (const { actual, predicted } of report.examples) expect(Object.values(predicted)).toContain(actual);
    expect(report.environment).toMatchObject({ onnxruntime: '1.30.0', node: process.versions.node });
  });
});

it('gives the same accuracy report for the same seed', async () => {
  const [first, second] = [await compare(), await compare()];
  expect(second.report?.accuracy).toEqual(first.report?.accuracy);
  expect(second.report?.paired).toEqual(first.report?.paired);
  expect(second.report?.examples).toEqual(first.report?.examples);
});

it.each([
  [
    'a snapshot of another space',
    { candidates: [{ ...swapped, snapshot: 'foreign' }] },
    'space-mismatch',
    'item_projector reads space',
  ],
  [
    'a swapped candidate without a snapshot',
    { candidates: [{ ...swapped, snapshot: null }] },
    'input-invalid',
    'candidates.swapped.snapshot',
  ],
  ['a head that lacks a target', { targets: ['shape'], candidates: [tuned] }, 'input-invalid', 'it answers: colour'],
  ['a target that no item has', { targets: ['brand'], candidates: [tuned] }, 'input-invalid', 'attribute "brand"'],
  [
    'two candidates of one name',
    { candidates: [tuned, { ...swapped, name: 'tuned' }] },
    'input-invalid',
    'found "tuned" twice',
  ],
])('refuses %s', async (_name, input, code, message) => {
  const { failure } = await compare(input);
  expect(failure).toMatchObject({ code, message: expect.stringContaining(message) });
});
