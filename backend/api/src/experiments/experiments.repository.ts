import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { window, type Page, type PageRequest } from '../kernel/index.js';
import type { Tx } from '../platform/database/index.js';
import { Experiment } from './experiment.entity.js';
import { Run } from './run.entity.js';

@Injectable()
export class ExperimentsRepository {
  constructor(private readonly dataSource: DataSource) {}

  find(id: string): Promise<Experiment | null> {
    return this.dataSource.manager.findOneBy(Experiment, { id });
  }

  async list(filter: { q?: string | undefined }, page: PageRequest<'createdAt' | 'name'>): Promise<Page<Experiment>> {
    const { skip, take } = window(page);
    const query = this.dataSource.manager
      .createQueryBuilder(Experiment, 'experiment')
      .orderBy(`experiment.${page.sort}`, page.order === 'asc' ? 'ASC' : 'DESC')
      .addOrderBy('experiment.id')
      .skip(skip)
      .take(take);
    if (filter.q !== undefined) query.andWhere('strpos(lower(experiment.name), lower(:q)) > 0', { q: filter.q });
    const [items, total] = await query.getManyAndCount();
    return { items, total };
  }

  async insert(experiment: Experiment, runs: readonly Run[], tx: Tx): Promise<void> {
    await tx.insert(Experiment, experiment as never);
    await tx.insert(Run, runs as never);
  }
}
