import type { MigrationInterface, QueryRunner } from 'typeorm';

export class CreateSpaceCompatibilities1795396000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE space_compatibilities (
        id uuid CONSTRAINT space_compatibilities_pkey PRIMARY KEY,
        query_space_id text NOT NULL,
        stored_space_id text NOT NULL,
        map text NOT NULL CONSTRAINT space_compatibilities_map_check CHECK (map IN ('none', 'orthogonal')),
        run_id uuid NOT NULL,
        overlap double precision NOT NULL,
        overlap_low double precision NOT NULL,
        queries integer NOT NULL,
        reason text NOT NULL,
        declared_by uuid NOT NULL,
        declared_by_name text NOT NULL,
        created_at timestamptz NOT NULL,
        CONSTRAINT space_compatibilities_run_id_key UNIQUE (run_id, map)
      );
      CREATE INDEX space_compatibilities_spaces_idx ON space_compatibilities (query_space_id, stored_space_id);
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE space_compatibilities');
  }
}
