import type { Failure } from '@graft/protocol';
import { Injectable } from '@nestjs/common';
import { DataSource, In, LessThan } from 'typeorm';
import { DomainError, window, type Page, type PageRequest } from '../kernel/index.js';
import type { Tx } from '../platform/database/index.js';
import { Import } from './import.entity.js';
import { importStates, type ImportState } from './import.states.js';

type Changes = Partial<
  Pick<Import, 'options' | 'rows' | 'accepted' | 'rejected' | 'progress' | 'phase' | 'versionId' | 'problemsTree'>
> & { failure?: Failure };

@Injectable()
export class ImportsRepository {
  constructor(private readonly dataSource: DataSource) {}

  async insert(created: Import, tx: Tx): Promise<void> {
    await tx.insert(Import, created);
  }

  find(id: string, tx: Tx = this.dataSource.manager): Promise<Import | null> {
    return tx.findOneBy(Import, { id });
  }

  lock(id: string, tx: Tx): Promise<Import | null> {
    return tx.findOne(Import, { where: { id }, lock: { mode: 'pessimistic_write' } });
  }

  async list(datasetId: string, page: PageRequest<'createdAt'>): Promise<Page<Import>> {
    const [items, total] = await this.dataSource.manager.findAndCount(Import, {
      where: { datasetId },
      order: { createdAt: page.order, id: page.order },
      ...window(page),
    });
    return { items, total };
  }

  /** @throws DomainError `import-not-open` where someone else moved it first */
  async move(found: Pick<Import, 'id' | 'state'>, to: ImportState, changes: Changes, tx: Tx): Promise<void> {
    importStates.assertMove(found.state, to);
    const { affected } = await tx.update(
      Import,
      { id: found.id, state: found.state },
      { ...changes, state: to, updatedAt: new Date() },
    );
    if (affected !== 1) throw new DomainError('import-not-open', `The import ${found.id} is no longer ${found.state}.`);
  }

  /** @returns false when the import is not open any more */
  async progress(id: string, progress: number, phase: string, tx: Tx): Promise<boolean> {
    const { affected } = await tx.update(
      Import,
      { id, state: In(['queued', 'running']) },
      { state: 'running', progress, phase, updatedAt: new Date() },
    );
    return affected === 1;
  }

  /** A sign of life. */
  async touch(id: string): Promise<void> {
    await this.dataSource.manager.update(Import, { id }, { updatedAt: new Date() });
  }

  silentSince(moment: Date, states: ImportState[]): Promise<Import[]> {
    return this.dataSource.manager.find(Import, {
      where: { state: In(states), updatedAt: LessThan(moment) },
      order: { updatedAt: 'ASC' },
      take: 100,
    });
  }
}
