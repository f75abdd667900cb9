import type { SearchAnswer, SearchRequest } from '@graft/protocol';
import { Dataset, openBundle, type RecipeContext, Snapshot, SnapshotIndex } from '@graft/runner';
import { Catalogue } from './catalogue.js';
import { fold, NEAR_SHARE, type Rows } from './folding.js';
import { QueryEncoder } from './query-encoder.js';
import { QuestionReader, type Sources } from './question-reader.js';
import { type Hit, rank, type RankingSource } from './ranking.js';
import { RowVectors } from './row-vectors.js';

/** Of a page's groups, some have duplicates: fetched at first, so that one round is enough for most pages. */
const SPARE_HITS = 16;
const CHECKED_NEIGHBOURS = 10;

export interface Searched {
  readonly answer: SearchAnswer;
  /** Asks again exactly: the share of the ten nearest that the index had proposed. */
  readonly check: () => number;
}

/** One snapshot with everything that it takes to answer searches over it. */
export class Searcher implements AsyncDisposable {
  private readonly folds: Rows;

  private constructor(
    private readonly snapshotId: string,
    private readonly sources: Sources,
    private readonly questions: QuestionReader,
    private readonly source: RankingSource,
  ) {
    this.folds = foldsOf(sources);
  }

  /** @throws SpaceMismatch when the bundle's encoders write another space than the snapshot holds */
  static async open(context: RecipeContext<'search'>): Promise<Searcher> {
    const { input, task } = context;
    const snapshot = await Snapshot.open(context.inputPath(input.snapshot));
    const bundle = await openBundle(context.inputPath(input.bundle));
    const encoder = await QueryEncoder.open(bundle, snapshot.manifest.space, Math.min(input.threads, task.threads));
    const dataset = await Dataset.open(context.inputPath(input.dataset));
    const rows = new RowVectors(snapshot);
    const sources = { dataset, snapshot, encoder, rows, catalogue: Catalogue.of(dataset, snapshot) };
    const index = SnapshotIndex.open(snapshot);
    // The index keeps its own, coarser copies of the vectors: what it proposes is compared again.
    const propose = (question: Float32Array, k: number): Hit[] =>
      Array.from(index.search(question, k).rows, (row) => ({ row, score: rows.score(row, question) }));
    const source: RankingSource = {
      count: rows.count,
      score: (row, question) => rows.score(row, question),
      propose: index.approximate ? propose : null,
    };
    return new Searcher(input.snapshotId, sources, await QuestionReader.open(sources), source);
  }

  /** @throws Refusal naming the field at fault */
  async search(request: SearchRequest): Promise<Searched> {
    const startedMs = performance.now();
    const { catalogue, snapshot } = this.sources;
    const { vector, row: askedWith } = await this.questions.read(request);
    const filter = catalogue.filter(request.filters, askedWith);
    const wanted = request.offset + request.limit;
    const group = (hits: readonly Hit[]) => fold(hits, { how: request.fold, wanted }, this.folds);
    const ranking = rank(this.source, {
      question: vector,
      filter,
      exact: request.exact,
      atLeast: wanted + SPARE_HITS,
      suffices: (hits) => group(hits).length >= wanted,
    });
    const items = group(ranking.hits)
      .slice(request.offset)
      .map(({ row, score, duplicates }) => {
        const { id, title, attributes } = catalogue.item(row);
        return { id, score, title, attributes, duplicates: duplicates.map((each) => catalogue.item(each).id) };
      });
    const answer: SearchAnswer = {
      snapshotId: this.snapshotId,
      spaceId: snapshot.manifest.space.id,
      items,
      approximate: ranking.approximate,
      candidates: ranking.candidates,
      tookMs: performance.now() - startedMs,
    };
    return { answer, check: () => this.recallOf(vector) };
  }

  private recallOf(question: Float32Array): number {
    const wish = {
      question,
      filter: this.sources.catalogue.filter({}, undefined),
      atLeast: CHECKED_NEIGHBOURS,
      suffices: () => true,
    };
    const rowsOf = (exact: boolean): number[] =>
      rank(this.source, { ...wish, exact })
        .hits.slice(0, CHECKED_NEIGHBOURS)
        .map(({ row }) => row);
    const [proposed, nearest] = [new Set(rowsOf(false)), rowsOf(true)];
    return nearest.filter((row) => proposed.has(row)).length / Math.max(1, nearest.length);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.sources.encoder[Symbol.asyncDispose]();
    await this.sources.dataset[Symbol.asyncDispose]();
    this.sources.snapshot[Symbol.dispose]();
  }
}

function foldsOf({ snapshot, catalogue, rows }: Sources): Rows {
  const near = 1 - NEAR_SHARE * rows.meanDistance();
  return {
    keyOf: (row) => snapshot.keys[row]!,
    areNear: (a, b) => catalogue.areAlike(a, b) && rows.cosine(a, b) >= near,
  };
}
