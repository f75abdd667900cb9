import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { EvaluationReport, type RetrievalReport } from '@graft/protocol';
import { Random } from '@graft/runner';
import { runTask, type TaskOutcome, temporaryFolder, tinyItems, writeTinyDataset } from '@graft/runner/testing';
import { beforeAll, describe, expect, it } from 'vitest';
import { evaluate } from '../evaluate.js';
import { definition, writeColourSnapshot, writeNativeBundle } from '../testing/tiny-bundles.js';
import { writeDualSnapshot, writeTinyDualEncoder } from '../testing/tiny-dual-encoder.js';
import { randomPrecision } from './image-to-image.js';
import { meanInterval } from './intervals.js';
import { best, prefixOf, Scorer } from './scorer.js';
import { firstRightRanks, randomRecall, titleQuestions } from './text-to-image.js';

describe('the parts', () => {
  it('lists the best rows that are let in, the earlier of equal ones first', () => {
    const scores = Float32Array.of(0.1, 0.9, 0.9, 0.5, 0.7);
    expect(best(scores, 3, () => true)).toEqual([1, 2, 4]);
    expect(best(scores, 3, (row) => row !== 2)).toEqual([1, 4, 3]);
    expect(best(scores, 10, (row) => row < 2)).toEqual([1, 0]);
  });

  it('asks a title once however many judged items have it, whatever its case, and takes every item with it for right', () => {
    const questions = titleQuestions(['Red hat', 'red HAT', 'Coat', 'red hat'], [0, 1, 2]);
    expect(questions).toEqual([
      { title: 'red hat', asked: 2, right: [0, 1, 3] },
      { title: 'coat', asked: 1, right: [2] },
    ]);
  });

  it('counts a picture that ties with the right one before it', async () => {
    await using scorer = await Scorer.open({ data: Float32Array.of(1, 0, 1, 0, 0, 1), dim: 2 }, 1);
    const questions = titleQuestions(['a', 'b', 'c'], [1, 2]);
    expect(await firstRightRanks(scorer, Float32Array.of(1, 0, 0, 1), questions)).toEqual([2, 1]);
  });

  it('knows what random order finds', () => {
    const questions = [{ title: 'a', asked: 1, right: [0, 1] }];
    expect(randomRecall(questions, 4, 1)).toBeCloseTo(0.5);
    expect(randomRecall(questions, 4, 2)).toBeCloseTo(1 - (2 / 4) * (1 / 3));
    expect(randomRecall(questions, 4, 10)).toBe(1);
    const likeness = { kinds: ['x', 'x', 'x', 'y'], pictures: ['1', '1', '2', '3'] };
    expect(randomPrecision([0, 3], likeness)).toEqual([1 / 2, 0]);
  });

  it('weighs a question by how often it was asked', () => {
    const { value, n, low, high } = meanInterval({ values: [1, 0], counts: [3, 1] }, 200, new Random(1));
    expect([value, n]).toEqual([0.75, 4]);
    expect(low).toBe(0);
    expect(high).toBe(1);
  });

  it('cuts vectors to unit length again', () => {
    const { data, dim } = prefixOf({ data: Float32Array.of(3, 4, 12, 0, 0, 1), dim: 3 }, 2);
    expect(dim).toBe(2);
    expect([...data].map((value) => +value.toFixed(3))).toEqual([0.6, 0.8, 0, 0]);
  });
});

describe('evaluate with questions for a dual encoder', () => {
  let root: string;
  const questions = { encoder: 'dual', snapshot: 'vectors', values: ['colour', 'shape'], alike: ['colour'] };

  async function ask(retrieval: Record<string, unknown>): Promise<TaskOutcome & { found?: RetrievalReport | null }> {
    const workspace = await temporaryFolder();
    const input = { dataset: 'dataset', split: 'val', retrieval, bootstrap: 200 };
    const outcome = await runTask('evaluate', evaluate, input, { inputsRoot: root, workspace });
    const text = await readFile(join(workspace, 'out/report/report.json'), 'utf8').catch(() => undefined);
    return text === undefined ? outcome : { ...outcome, found: EvaluationReport.parse(JSON.parse(text)).retrieval };
  }

  beforeAll(async () => {
    root = await temporaryFolder();
    const items = await tinyItems(240);
    await writeTinyDataset(join(root, 'dataset'), items);
    await writeTinyDualEncoder(join(root, 'dual'));
    await writeDualSnapshot(join(root, 'vectors'), join(root, 'dual'), items);
    await writeNativeBundle(join(root, 'native'));
    await writeColourSnapshot(join(root, 'foreign'), items, { ...definition, normalised: true });
  });

  it('tells an encoder that knows colours only: values, titles and pictures by colour, shapes by chance', async () => {
    const { failure, found } = await ask(questions);
    expect(failure).toBeUndefined();
    const { textToImage, valuesToImages, imageToImage, prefixes, ...rest } = found as RetrievalReport;
    expect(rest).toMatchObject({ galleryCount: 240, judgedCount: 60, dim: 4 });
    const [colour, shape] = valuesToImages as [
      RetrievalReport['valuesToImages'][0],
      RetrievalReport['valuesToImages'][0],
    ];
    expect(colour.judged.value).toBeGreaterThan(0.95);
    expect(colour.gallery.value).toBeGreaterThan(0.95);
    expect(colour.random).toBeCloseTo(1 / 4, 1);
    expect(colour.ceiling).toBeGreaterThan(0.9);
    expect(shape.judged.value).toBeLessThan(0.9);
    expect(textToImage.r10.value).toBeGreaterThan(textToImage.random.r1);
    expect(textToImage.mrr.value).toBeGreaterThanOrEqual(textToImage.r1.value);
    expect(textToImage.r1.n).toBe(60);
    const by = Object.fromEntries(imageToImage.precision.map(({ by: name, p10 }) => [name, p10.value]));
    expect(Object.keys(by)).toEqual(['encoder', 'pixels', 'histogram', 'random']);
    expect(by['encoder']).toBeGreaterThan(0.95);
    expect(by['random']).toBeCloseTo(1 / 4, 1);
    expect(by['histogram']).toBeGreaterThan(by['random'] as number);
    expect(prefixes.map(({ dim }) => dim)).toEqual([2]);
  });

  it('refuses vectors of another space, a bundle that reads no texts, and no question at all', async () => {
    expect((await ask({ ...questions, snapshot: 'foreign' })).failure).toMatchObject({
      code: 'space-mismatch',
      message: expect.stringContaining('text_encoder writes space'),
    });
    expect((await ask({ ...questions, encoder: 'native' })).failure).toMatchObject({
      code: 'input-invalid',
      message: expect.stringContaining('needs a component text_encoder'),
    });
    const nothing = { dataset: 'dataset', split: 'val', bootstrap: 200 };
    const { failure } = await runTask('evaluate', evaluate, nothing, {
      inputsRoot: root,
      workspace: await temporaryFolder(),
    });
    expect(failure).toMatchObject({ code: 'input-invalid', message: expect.stringContaining('candidates') });
  });
});
