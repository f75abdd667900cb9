import type { MigrationInterface, QueryRunner } from 'typeorm';

export class CreateSpacesAndModels1795381200020 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE spaces (
        id text CONSTRAINT spaces_pkey PRIMARY KEY,
        definition jsonb NOT NULL,
        encoder_tree text NOT NULL,
        created_at timestamptz NOT NULL
      );

      CREATE TABLE snapshots (
        id uuid CONSTRAINT snapshots_pkey PRIMARY KEY,
        space_id text NOT NULL CONSTRAINT snapshots_space_id_fkey REFERENCES spaces (id),
        dataset_version_id uuid NOT NULL,
        run_id uuid NOT NULL CONSTRAINT snapshots_run_id_key UNIQUE,
        tree_hash text NOT NULL,
        item_count integer NOT NULL,
        encoded_count integer NOT NULL,
        reused_count integer NOT NULL,
        created_at timestamptz NOT NULL
      );
      CREATE INDEX snapshots_space_id_idx ON snapshots (space_id);

      CREATE TABLE live_snapshots (
        space_id text NOT NULL CONSTRAINT live_snapshots_space_id_fkey REFERENCES spaces (id),
        dataset_id uuid NOT NULL,
        snapshot_id uuid NOT NULL CONSTRAINT live_snapshots_snapshot_id_fkey REFERENCES snapshots (id),
        moved_at timestamptz NOT NULL,
        CONSTRAINT live_snapshots_pkey PRIMARY KEY (space_id, dataset_id)
      );

      CREATE TABLE models (
        id uuid CONSTRAINT models_pkey PRIMARY KEY,
        name text NOT NULL CONSTRAINT models_name_key UNIQUE,
        description text NOT NULL DEFAULT '',
        created_at timestamptz NOT NULL
      );

      CREATE TABLE model_versions (
        id uuid CONSTRAINT model_versions_pkey PRIMARY KEY,
        model_id uuid NOT NULL CONSTRAINT model_versions_model_id_fkey REFERENCES models (id),
        version integer NOT NULL,
        run_id uuid NOT NULL CONSTRAINT model_versions_run_id_key UNIQUE,
        tree_hash text NOT NULL,
        lineage jsonb NOT NULL,
        manifest jsonb NOT NULL,
        metrics jsonb NOT NULL,
        created_at timestamptz NOT NULL,
        CONSTRAINT model_versions_model_id_version_key UNIQUE (model_id, version)
      );
      CREATE INDEX model_versions_created_at_idx ON model_versions (created_at);

      CREATE TABLE model_aliases (
        model_id uuid NOT NULL CONSTRAINT model_aliases_model_id_fkey REFERENCES models (id),
        alias text NOT NULL,
        version_id uuid NOT NULL CONSTRAINT model_aliases_version_id_fkey REFERENCES model_versions (id),
        moved_at timestamptz NOT NULL,
        CONSTRAINT model_aliases_pkey PRIMARY KEY (model_id, alias)
      );
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE model_aliases, model_versions, models, live_snapshots, snapshots, spaces');
  }
}
