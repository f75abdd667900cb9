import type { DatasetItem, RetrievalReport, TaskOf } from '@graft/protocol';
import { type Dataset, InputInvalid, openBundle, Random, Snapshot } from '@graft/runner';
import type { EvaluateContext } from '../candidate.js';
import { precisionAt10, type Likeness, randomPrecision } from './image-to-image.js';
import { askedOnce, meanInterval } from './intervals.js';
import { pictureBaselines } from './picture-baselines.js';
import { prefixOf, Scorer, type Vectors } from './scorer.js';
import { textQueries } from './text-queries.js';
import { answered, firstRightRanks, RANK_FIGURES, randomRecall, titleQuestions } from './text-to-image.js';
import { valuesToImages } from './values-to-images.js';

type Questions = NonNullable<TaskOf<'evaluate'>['input']['retrieval']>;

/** Keeps the resamples apart from the other streams that are derived from a run's seed. */
const RETRIEVAL_STREAM = 6;

interface Gallery {
  readonly items: readonly DatasetItem[];
  readonly vectors: Vectors;
  /** Rows of the judged items, and whether each row is one. */
  readonly judgedRows: readonly number[];
  readonly judged: readonly boolean[];
}

/** Asks a dual encoder everything that RetrievalReport tells about. */
export async function measureRetrieval(
  context: EvaluateContext,
  dataset: Dataset,
  questions: Questions,
): Promise<RetrievalReport> {
  const { threads } = context.task;
  const bundle = await openBundle(context.inputPath(questions.encoder));
  using snapshot = await Snapshot.open(context.inputPath(questions.snapshot));
  const { space } = snapshot.manifest;
  const encode = await textQueries(bundle, space, threads);
  const gallery = galleryOf(context, dataset, snapshot);
  await using scorer = await Scorer.open(gallery.vectors, threads);
  const statistics = { draws: context.input.bootstrap, random: Random.derive(context.task.seed, RETRIEVAL_STREAM) };

  context.progress(0.1, 'asking for titles');
  const titles = titleQuestions(
    gallery.items.map(({ title }) => title),
    gallery.judgedRows,
  );
  const queries = await encode(titles.map(({ title }) => title));
  const ranks = await firstRightRanks(scorer, queries.data, titles);
  const rankFigure = (worth: (rank: number) => number) =>
    meanInterval(answered(ranks, titles, worth), statistics.draws, statistics.random);
  const textToImage: RetrievalReport['textToImage'] = {
    r1: rankFigure(RANK_FIGURES.r1),
    r10: rankFigure(RANK_FIGURES.r10),
    mrr: rankFigure(RANK_FIGURES.mrr),
    random: {
      r1: randomRecall(titles, gallery.items.length, 1),
      r10: randomRecall(titles, gallery.items.length, 10),
    },
  };

  const prefixes: RetrievalReport['prefixes'] = [];
  for (const dim of bundle.manifest.matryoshka ?? []) {
    context.progress(0.2, 'asking shorter vectors', `${dim} numbers`);
    await using shorter = await Scorer.open(prefixOf(gallery.vectors, dim), threads);
    const shortRanks = await firstRightRanks(shorter, prefixOf(queries, dim).data, titles);
    const mean = (worth: (rank: number) => number): number =>
      shortRanks.reduce((sum, rank, at) => sum + worth(rank) * (titles[at]?.asked ?? 0), 0) / gallery.judgedRows.length;
    prefixes.push({ dim, r1: mean(RANK_FIGURES.r1), r10: mean(RANK_FIGURES.r10), mrr: mean(RANK_FIGURES.mrr) });
  }

  const valueFigures: RetrievalReport['valuesToImages'] = [];
  for (const attribute of questions.values) {
    context.progress(0.3, 'asking for attribute values', attribute);
    const values = gallery.items.map((item) => item.attributes[attribute]);
    valueFigures.push(
      await valuesToImages({ attribute, values, judged: gallery.judged }, { scorer, encode, ...statistics }),
    );
    await context.breathe();
  }
  return {
    spaceId: space.id,
    dim: space.definition.dim,
    galleryCount: gallery.items.length,
    judgedCount: gallery.judgedRows.length,
    textToImage,
    valuesToImages: valueFigures,
    imageToImage: {
      attributes: questions.alike,
      precision:
        questions.alike.length === 0 ? [] : await imageFigures({ context, dataset, gallery, scorer }, questions.alike),
    },
    prefixes,
  };
}

function galleryOf(context: EvaluateContext, dataset: Dataset, snapshot: Snapshot): Gallery {
  const { split } = context.input;
  const byId = new Map(dataset.items.map((item) => [item.id, item]));
  const items = snapshot.ids.map((id) => {
    const item = byId.get(id);
    if (!item)
      throw new InputInvalid(
        `retrieval.snapshot: expected vectors of items of the dataset, found item ${id}. Embed this dataset version.`,
      );
    return item;
  });
  const judged = items.map((item) => item.split === split);
  const judgedRows = [...judged.keys()].filter((row) => judged[row]);
  if (judgedRows.length === 0)
    throw new InputInvalid(`retrieval.snapshot: expected vectors of items in split "${split}", found none.`);
  return { items, judged, judgedRows, vectors: { data: snapshot.allRows(), dim: snapshot.dim } };
}

/** The encoder beside its baselines, all on the same queries. */
async function imageFigures(
  tools: { context: EvaluateContext; dataset: Dataset; gallery: Gallery; scorer: Scorer },
  alike: readonly string[],
): Promise<RetrievalReport['imageToImage']['precision']> {
  const { context, dataset, gallery, scorer } = tools;
  const { items, vectors } = gallery;
  const kindOf = ({ attributes }: DatasetItem): string | undefined => {
    const values = alike.map((name) => attributes[name]);
    return values.includes(undefined) ? undefined : JSON.stringify(values);
  };
  const likeness: Likeness = { kinds: items.map(kindOf), pictures: items.map(({ image }) => image.sha256) };
  const rows = gallery.judgedRows.filter((row) => likeness.kinds[row] !== undefined);
  const random = Random.derive(context.task.seed, RETRIEVAL_STREAM, 1);
  const interval = (shares: readonly number[]) => meanInterval(askedOnce(shares), context.input.bootstrap, random);
  const figures: RetrievalReport['imageToImage']['precision'] = [];

  context.progress(0.5, 'asking with pictures');
  const own = stacked(rows, vectors.dim, (row) => vectors.data.subarray(row * vectors.dim, (row + 1) * vectors.dim));
  figures.push({ by: 'encoder', p10: interval(await precisionAt10(scorer, { rows, vectors: own }, likeness)) });
  for (const { by, gallery: compared, queryOf } of await pictureBaselines(context, dataset, items)) {
    context.progress(0.8, 'asking the baselines', by);
    await using judge = await Scorer.open(compared, context.task.threads);
    const asked = stacked(rows, compared.dim, queryOf);
    figures.push({ by, p10: interval(await precisionAt10(judge, { rows, vectors: asked }, likeness)) });
    await context.breathe();
  }
  figures.push({ by: 'random', p10: interval(randomPrecision(rows, likeness)) });
  return figures;
}

function stacked(rows: readonly number[], dim: number, vectorOf: (row: number) => Float32Array): Float32Array {
  const data = new Float32Array(rows.length * dim);
  for (const [index, row] of rows.entries()) data.set(vectorOf(row), index * dim);
  return data;
}
