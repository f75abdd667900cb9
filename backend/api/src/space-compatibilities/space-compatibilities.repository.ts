import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { window, type Page, type PageRequest } from '../kernel/index.js';
import type { Tx } from '../platform/database/index.js';
import { SpaceCompatibility } from './space-compatibility.entity.js';

export interface CompatibilitiesFilter {
  readonly querySpaceId?: string | undefined;
  readonly storedSpaceId?: string | undefined;
}

@Injectable()
export class SpaceCompatibilitiesRepository {
  constructor(private readonly dataSource: DataSource) {}

  async list(filter: CompatibilitiesFilter, page: PageRequest<'createdAt'>): Promise<Page<SpaceCompatibility>> {
    const { querySpaceId, storedSpaceId } = filter;
    const where = {
      ...(querySpaceId === undefined ? {} : { querySpaceId }),
      ...(storedSpaceId === undefined ? {} : { storedSpaceId }),
    };
    const [items, total] = await this.dataSource.manager.findAndCount(SpaceCompatibility, {
      where,
      order: { [page.sort]: page.order, id: 'ASC' },
      ...window(page),
    });
    return { items, total };
  }

  /** Answers the row of that run and map: this one, or the one that was declared before. */
  async insert(compatibility: SpaceCompatibility, tx: Tx): Promise<SpaceCompatibility> {
    await tx.createQueryBuilder().insert().into(SpaceCompatibility).values(compatibility).orIgnore().execute();
    const { runId, map } = compatibility;
    return await tx.findOneByOrFail(SpaceCompatibility, { runId, map });
  }
}
