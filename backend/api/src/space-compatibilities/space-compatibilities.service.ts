import { Injectable } from '@nestjs/common';
import { RunsService } from '../experiments/index.js';
import type { Actor } from '../identity/index.js';
import { newId, type Page } from '../kernel/index.js';
import { Transactions } from '../platform/database/index.js';
import { Live } from '../platform/live/index.js';
import { SpaceCompatibilitiesRepository, type CompatibilitiesFilter } from './space-compatibilities.repository.js';
import type { QueryMap, SpaceCompatibility } from './space-compatibility.entity.js';
import { measuredCompatibility } from './space-compatibility.policy.js';

@Injectable()
export class SpaceCompatibilitiesService {
  constructor(
    private readonly compatibilities: SpaceCompatibilitiesRepository,
    private readonly runs: RunsService,
    private readonly transactions: Transactions,
    private readonly live: Live,
  ) {}

  list(
    filter: CompatibilitiesFilter,
    page: Parameters<SpaceCompatibilitiesRepository['list']>[1],
  ): Promise<Page<SpaceCompatibility>> {
    return this.compatibilities.list(filter, page);
  }

  /**
   * Declares what an inspect-space run measured. Repeating it answers the first declaration.
   *
   * @throws DomainError `space-not-compatible` where the figures do not carry it
   */
  async declare(
    wanted: { runId: string; map: QueryMap; reason: string },
    { personId, name }: Pick<Actor, 'personId' | 'name'>,
  ): Promise<SpaceCompatibility> {
    const measured = measuredCompatibility(await this.runs.spaceReport(wanted.runId), wanted.map);
    return await this.transactions.run(async (tx) => {
      const stored = await this.compatibilities.insert(
        {
          id: newId(),
          ...wanted,
          ...measured,
          declaredBy: personId,
          declaredByName: name,
          createdAt: new Date(),
        },
        tx,
      );
      await this.live.changed(tx, { resource: 'space-compatibilities', id: stored.id, type: 'created' });
      return stored;
    });
  }
}
