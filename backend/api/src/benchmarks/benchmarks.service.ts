import type { Split } from '@graft/protocol';
import { Injectable } from '@nestjs/common';
import { ArtifactsService } from '../artifacts/index.js';
import { DatasetsService } from '../datasets/index.js';
import { RunsService } from '../experiments/index.js';
import { DomainError, invalidField, newId, type Page } from '../kernel/index.js';
import { Transactions } from '../platform/database/index.js';
import { Live } from '../platform/live/index.js';
import type { BenchmarkResult } from './benchmark-result.entity.js';
import type { Benchmark } from './benchmark.entity.js';
import { BenchmarksRepository } from './benchmarks.repository.js';

export interface NewBenchmark {
  name: string;
  datasetVersionId: string;
  split: Split;
  targets: string[];
}

@Injectable()
export class BenchmarksService {
  constructor(
    private readonly benchmarks: BenchmarksRepository,
    private readonly datasets: DatasetsService,
    private readonly runs: RunsService,
    private readonly artifacts: ArtifactsService,
    private readonly transactions: Transactions,
    private readonly live: Live,
  ) {}

  list(page: Parameters<BenchmarksRepository['list']>[0]): Promise<Page<Benchmark>> {
    return this.benchmarks.list(page);
  }

  listResults(
    filter: { benchmarkId?: string | undefined },
    page: Parameters<BenchmarksRepository['listResults']>[1],
  ): Promise<Page<BenchmarkResult>> {
    return this.benchmarks.listResults(filter, page);
  }

  async create(wanted: NewBenchmark): Promise<Benchmark> {
    const version = await this.datasets.findVersion(wanted.datasetVersionId);
    if (version === null)
      throw invalidField('datasetVersionId', 'a dataset version that exists', wanted.datasetVersionId);
    wanted.targets.forEach((target, index) => {
      if (version.attributes[target] === undefined)
        throw invalidField(`targets[${index}]`, `one of ${Object.keys(version.attributes).join(', ')}`, target);
    });
    const benchmark: Benchmark = { id: newId(), ...wanted, createdAt: new Date() };
    await this.transactions.run(async (tx) => {
      if (!(await this.benchmarks.insert(benchmark, tx)))
        throw new DomainError(
          'benchmark-name-taken',
          `A benchmark named ${wanted.name} exists already. Choose another name.`,
        );
      await this.artifacts.reference(tx, version.treeHash, { type: 'benchmarks', id: benchmark.id });
      await this.live.changed(tx, { resource: 'benchmarks', id: benchmark.id, type: 'created' });
    });
    return benchmark;
  }

  /** An evaluation ended: it is a result of every benchmark that asks for the same items and no more targets. */
  async record(runId: string): Promise<void> {
    const run = await this.runs.get(runId);
    const dataset = run.inputs.find(({ accepts }) => accepts === 'dataset')?.source;
    if (run.recipe !== 'evaluate' || run.state !== 'succeeded' || dataset?.kind !== 'dataset') return;
    const report = await this.runs.report(runId);
    const reportTree = (await this.runs.artifacts(runId)).find(({ kind }) => kind === 'report')?.treeHash ?? '';
    const matching = (await this.benchmarks.findMatching(dataset.datasetVersionId, report.split as Split)).filter(
      ({ targets }) => targets.every((target) => report.targets.includes(target)),
    );
    await this.transactions.run(async (tx) => {
      for (const { id: benchmarkId } of matching) {
        const { accuracy, environment } = report;
        const result: BenchmarkResult = {
          id: newId(),
          benchmarkId,
          runId,
          reportTree,
          accuracy,
          environment,
          createdAt: new Date(),
        };
        await this.benchmarks.insertResult(result, tx);
        await this.live.changed(tx, { resource: 'benchmark-results', id: result.id, type: 'created' });
      }
    });
  }
}
