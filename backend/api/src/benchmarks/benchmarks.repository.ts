import type { Split } from '@graft/protocol';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { window, type Page, type PageRequest } from '../kernel/index.js';
import type { Tx } from '../platform/database/index.js';
import { BenchmarkResult } from './benchmark-result.entity.js';
import { Benchmark } from './benchmark.entity.js';

@Injectable()
export class BenchmarksRepository {
  constructor(private readonly dataSource: DataSource) {}

  async list(page: PageRequest<'name' | 'createdAt'>): Promise<Page<Benchmark>> {
    const [items, total] = await this.dataSource.manager.findAndCount(Benchmark, {
      order: { [page.sort]: page.order, id: 'ASC' },
      ...window(page),
    });
    return { items, total };
  }

  /** @returns false when the name is taken */
  async insert(benchmark: Benchmark, tx: Tx): Promise<boolean> {
    const result = await tx
      .createQueryBuilder()
      .insert()
      .into(Benchmark)
      .values(benchmark)
      .orIgnore()
      .returning('id')
      .execute();
    return (result.raw as unknown[]).length === 1;
  }

  findMatching(datasetVersionId: string, split: Split): Promise<Benchmark[]> {
    return this.dataSource.manager.findBy(Benchmark, { datasetVersionId, split });
  }

  async listResults(
    filter: { benchmarkId?: string | undefined },
    page: PageRequest<'createdAt'>,
  ): Promise<Page<BenchmarkResult>> {
    const where = filter.benchmarkId === undefined ? {} : { benchmarkId: filter.benchmarkId };
    const [items, total] = await this.dataSource.manager.findAndCount(BenchmarkResult, {
      where,
      order: { [page.sort]: page.order, id: 'ASC' },
      ...window(page),
    });
    return { items, total };
  }

  async insertResult(result: BenchmarkResult, tx: Tx): Promise<void> {
    await tx.createQueryBuilder().insert().into(BenchmarkResult).values(result).orIgnore().execute();
  }
}
