import type { MigrationInterface, QueryRunner } from 'typeorm';

export class AddLiveSwitchesToSnapshots1795393724340 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE snapshots
        ADD COLUMN dtype text NOT NULL DEFAULT 'f32',
        ADD COLUMN quantisation jsonb,
        ADD COLUMN neighbour_index jsonb;
      ALTER TABLE live_snapshots
        ADD COLUMN previous_id uuid CONSTRAINT live_snapshots_previous_id_fkey REFERENCES snapshots (id);
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE live_snapshots DROP COLUMN previous_id;
      ALTER TABLE snapshots DROP COLUMN dtype, DROP COLUMN quantisation, DROP COLUMN neighbour_index;
    `);
  }
}
