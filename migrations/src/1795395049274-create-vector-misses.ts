import type { MigrationInterface, QueryRunner } from 'typeorm';

export class CreateVectorMisses1795395049274 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE vector_misses (
        space_id text NOT NULL CONSTRAINT vector_misses_space_id_fkey REFERENCES spaces (id),
        dataset_id uuid NOT NULL,
        misses bigint NOT NULL,
        missed_at timestamptz NOT NULL,
        backfill_version_id uuid,
        backfill_experiment_id uuid,
        CONSTRAINT vector_misses_pkey PRIMARY KEY (space_id, dataset_id)
      );
      ALTER TABLE experiments ALTER COLUMN created_by DROP NOT NULL;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE experiments ALTER COLUMN created_by SET NOT NULL;
      DROP TABLE vector_misses;
    `);
  }
}
