import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Feeds, Trainer } from '@graft/engine';
import { PreflightReport, TextTower, TrainingParameters, VisionArchitecture } from '@graft/protocol';
import { sharp } from '@graft/runner';
import { runTask, temporaryFolder, type TinyItem, tinyItems, writeTinyDataset } from '@graft/runner/testing';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { finetune } from './finetune.js';

const SIDE = 24;
const architecture = VisionArchitecture.parse({ width: SIDE, height: SIDE, patch: 8, dim: 32, depth: 1, heads: 2 });
const training = TrainingParameters.parse({ epochs: 100, batchSize: 16 });
const contrastive = { kind: 'contrastive', dim: 16, attributes: ['colour'], coEngagement: false };
let inputsRoot: string;

beforeAll(async () => {
  inputsRoot = await temporaryFolder();
  await writeTinyDataset(join(inputsRoot, 'dataset'), await plantedItems());
});

afterEach(() => {
  vi.restoreAllMocks();
});

/** Every fourth item is for validation. Each fault is planted once. */
async function plantedItems(): Promise<TinyItem[]> {
  const items = await tinyItems(48);
  const picture = (ordinal: number): Buffer => items[ordinal]!.picture;
  const brighter = await sharp(picture(2)).linear(1, 2).png().toBuffer();
  const changes: Record<number, Partial<TinyItem['item']> & { picture?: Buffer }> = {
    4: { picture: picture(0) },
    7: { picture: picture(1) },
    11: { picture: brighter },
    14: { attributes: { shape: 'disc' } },
    3: { attributes: { colour: 'purple', shape: 'bar' } },
    6: { title: Array.from({ length: 20 }, (_, word) => `word${word}`).join(' ') },
  };
  return items.map(({ item, picture: own }, ordinal) => {
    const { picture = own, ...change } = changes[ordinal] ?? {};
    return { item: { ...item, title: `thing number ${ordinal}`, ...change }, picture };
  });
}

async function preflight(objective: Record<string, unknown>): Promise<{ report: PreflightReport; workspace: string }> {
  const workspace = await temporaryFolder();
  const { failure } = await runTask(
    'finetune',
    finetune,
    { dataset: 'dataset', base: null, architecture, objective, training, preflight: true },
    { inputsRoot, workspace },
  );
  expect(failure).toBeUndefined();
  const text = await readFile(join(workspace, 'out/preflight/preflight.json'), 'utf8');
  return { report: PreflightReport.parse(JSON.parse(text)), workspace };
}

describe('a preflight', () => {
  it('finds what was planted, nothing else, and leaves nothing but its report', async () => {
    const { report, workspace } = await preflight({ kind: 'classify', targets: ['colour'] });
    expect(report.leakage).toEqual({
      pictures: { items: 1, examples: [{ train: 'item-1', validation: 'item-7' }] },
      nearPictures: {
        items: 2,
        examples: [
          { train: 'item-1', validation: 'item-7' },
          { train: 'item-2', validation: 'item-11' },
        ],
      },
      titles: { items: 0, examples: [] },
    });
    const copies = { groups: 1, items: 2, examples: [['item-0', 'item-4']] };
    expect(report.duplicates).toEqual({
      pictures: copies,
      nearPictures: copies,
      titles: { groups: 0, items: 0, examples: [] },
    });
    expect(report.labels).toMatchObject([{ target: 'colour', unlabelled: 1, onlyInValidation: ['purple'] }]);
    expect(report.findings.map(({ level, message }) => `${level}: ${message}`)).toEqual([
      'problem: 1 of 12 validation items have the very picture of a training item.',
      'problem: 2 of 12 validation items look like a training item: the same picture, or a copy of it.',
      'warning: colour: no training item has purple, so these labels of validation items are never predicted.',
      'warning: 2 training items share 1 picture: these count more than once.',
      'note: colour: 1 of 36 training items have no label and are left out of its loss.',
      expect.stringMatching(/^note: colour: the rarest label, \w+, has \d training items?\.$/),
    ]);
    expect(await readdir(join(workspace, 'out'))).toEqual(['preflight']);
    expect(await readdir(join(workspace, 'checkpoint'))).toEqual([]);
  });

  it('shows the pictures of the first step as the graph is fed them', async () => {
    const fed: Float32Array[] = [];
    const step = Trainer.prototype.step;
    vi.spyOn(Trainer.prototype, 'step').mockImplementation(function (this: Trainer<string>, feeds, rate) {
      fed.push(((feeds as Feeds)['pixel_values'] as Float32Array).slice());
      return step.call(this, feeds, rate);
    });
    const { report } = await preflight({ kind: 'classify', targets: ['colour'] });
    const area = SIDE * SIDE;
    for (const [row, { picture }] of report.examples.entries()) {
      const shown = await sharp(Buffer.from(picture!.split(',')[1]!, 'base64'))
        .raw()
        .toBuffer();
      const expected = fed[0]!.subarray(row * 3 * area, (row + 1) * 3 * area).map((value) => 255 * (value / 4 + 0.5));
      expected.forEach((value, at) => {
        const read = shown[3 * (at % area) + Math.floor(at / area)]!;
        expect(Math.abs(Math.min(255, Math.max(0, value)) - read)).toBeLessThanOrEqual(0.501);
      });
    }
    expect(report.examples).toHaveLength(12);
  });

  it('strikes out of the loss the labels that are missing', async () => {
    const { report } = await preflight({ kind: 'classify', targets: ['colour', 'shape'] });
    expect(report.examples.map(({ itemId }) => itemId)).toContain('item-14');
    for (const { itemId, labels } of report.examples)
      expect(labels.map(({ counted }) => counted)).toEqual([itemId !== 'item-14', true]);
  });

  it('estimates the whole training from real steps', async () => {
    const { estimate } = (await preflight({ kind: 'classify', targets: ['shape'] })).report;
    const { totalSteps, stepSeconds, prepareSeconds, validationSeconds, totalSeconds, cost, cpuSeconds } = estimate;
    expect(estimate).toMatchObject({
      totalSteps: 225,
      itemsPerStep: 16,
      memoryLimitBytes: null,
    });
    expect(stepSeconds.n).toBeGreaterThanOrEqual(5);
    expect(totalSeconds).toBeCloseTo(prepareSeconds + totalSteps * stepSeconds.median + validationSeconds, 6);
    expect(cost.value).toBeCloseTo((cpuSeconds / 3600) * cost.perCpuHour, 9);
    expect(estimate.peakMemoryBytes).toBeGreaterThan(50 * 2 ** 20);
  });
});

describe('a preflight of a training that reads texts', () => {
  it.each([
    ['a domain encoder', contrastive, 16],
    ['a dual encoder', { ...contrastive, text: TextTower.parse({ length: 16, ngrams: 1, characters: 0 }) }, 16],
  ])('names the tokens of %s with their weights, and the texts that are cut', async (_name, objective, length) => {
    const { report } = await preflight(objective);
    for (const { tokens, title } of report.examples) {
      expect(tokens!.length).toBeLessThanOrEqual(length);
      expect(tokens!.slice(0, 3).map(({ text }) => text)).toEqual(title.split(' ').slice(0, 3));
      expect(tokens!.reduce((sum, { weight }) => sum + weight, 0)).toBeCloseTo(1, 5);
    }
    expect(report.texts).toMatchObject({ length, truncated: { items: 1, examples: ['item-6'] }, empty: 0 });
    expect(report.findings.some(({ message }) => message.includes(`cut at ${length} tokens`))).toBe(true);
  });
});
