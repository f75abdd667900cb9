import type { MigrationInterface, QueryRunner } from 'typeorm';

export class CreateDatasets1795381200003 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE datasets (
        id uuid CONSTRAINT datasets_pkey PRIMARY KEY,
        name text NOT NULL CONSTRAINT datasets_name_key UNIQUE,
        description text NOT NULL,
        tier text NOT NULL CONSTRAINT datasets_tier_check CHECK (tier IN ('public', 'internal', 'restricted')),
        created_by uuid NOT NULL,
        created_by_name text NOT NULL,
        created_at timestamptz NOT NULL
      );

      CREATE TABLE imports (
        id uuid CONSTRAINT imports_pkey PRIMARY KEY,
        dataset_id uuid NOT NULL CONSTRAINT imports_dataset_id_fkey REFERENCES datasets (id),
        state text NOT NULL CONSTRAINT imports_state_check CHECK (state IN ('uploading', 'queued', 'running', 'succeeded', 'failed')),
        options jsonb,
        rows integer NOT NULL,
        accepted integer NOT NULL,
        rejected integer NOT NULL,
        progress real NOT NULL,
        phase text NOT NULL,
        version_id uuid,
        problems_tree text,
        failure jsonb,
        requested_by uuid NOT NULL,
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL
      );
      CREATE INDEX imports_dataset_id_idx ON imports (dataset_id, created_at);
      CREATE INDEX imports_open_idx ON imports (updated_at) WHERE state IN ('uploading', 'queued', 'running');

      CREATE TABLE dataset_versions (
        id uuid CONSTRAINT dataset_versions_pkey PRIMARY KEY,
        dataset_id uuid NOT NULL CONSTRAINT dataset_versions_dataset_id_fkey REFERENCES datasets (id),
        version integer NOT NULL,
        import_id uuid NOT NULL CONSTRAINT dataset_versions_import_id_key UNIQUE,
        tree_hash text NOT NULL,
        images_hash text NOT NULL,
        item_count integer NOT NULL,
        pair_count integer NOT NULL,
        split_counts jsonb NOT NULL,
        attributes jsonb NOT NULL,
        created_at timestamptz NOT NULL,
        CONSTRAINT dataset_versions_dataset_id_version_key UNIQUE (dataset_id, version)
      );

      CREATE TABLE dataset_items (
        version_id uuid NOT NULL CONSTRAINT dataset_items_version_id_fkey REFERENCES dataset_versions (id) ON DELETE CASCADE,
        ordinal integer NOT NULL,
        item_id text NOT NULL,
        title text NOT NULL,
        split text NOT NULL CONSTRAINT dataset_items_split_check CHECK (split IN ('train', 'val', 'test')),
        attributes jsonb NOT NULL,
        image jsonb NOT NULL,
        CONSTRAINT dataset_items_pkey PRIMARY KEY (version_id, ordinal)
      );
      CREATE UNIQUE INDEX dataset_items_version_id_item_id_idx ON dataset_items (version_id, item_id);
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE dataset_items, dataset_versions, imports, datasets');
  }
}
