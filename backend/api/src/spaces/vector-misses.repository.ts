import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { Tx } from '../platform/database/index.js';
import { VectorMisses } from './vector-misses.entity.js';

@Injectable()
export class VectorMissesRepository {
  constructor(private readonly dataSource: DataSource) {}

  find(spaceId: string, datasetId: string): Promise<VectorMisses | null> {
    return this.dataSource.manager.findOneBy(VectorMisses, { spaceId, datasetId });
  }

  list(): Promise<VectorMisses[]> {
    return this.dataSource.manager.find(VectorMisses, { order: { missedAt: 'ASC' } });
  }

  async add({ spaceId, datasetId }: Pick<VectorMisses, 'spaceId' | 'datasetId'>, misses: number): Promise<void> {
    await this.dataSource.query(
      `INSERT INTO vector_misses AS known (space_id, dataset_id, misses, missed_at) VALUES ($1, $2, $3, now())
       ON CONFLICT (space_id, dataset_id) DO UPDATE SET misses = known.misses + excluded.misses, missed_at = excluded.missed_at`,
      [spaceId, datasetId, misses],
    );
  }

  /**
   * Writes down which back-fill takes care of the misses.
   * @returns false where somebody else did since `known` was read
   */
  async claimBackfill(
    known: VectorMisses,
    { experimentId, versionId }: { experimentId: string; versionId: string },
    tx: Tx,
  ): Promise<boolean> {
    const [rows]: [unknown[], number] = await tx.query(
      `UPDATE vector_misses SET backfill_experiment_id = $4, backfill_version_id = $5
       WHERE space_id = $1 AND dataset_id = $2 AND backfill_experiment_id IS NOT DISTINCT FROM $3 RETURNING 1`,
      [known.spaceId, known.datasetId, known.backfillExperimentId, experimentId, versionId],
    );
    return rows.length === 1;
  }
}
