import type { MigrationInterface, QueryRunner } from 'typeorm';

export class CreateSearchIndexes1795393762147 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE search_indexes (
        id uuid CONSTRAINT search_indexes_pkey PRIMARY KEY,
        name text NOT NULL CONSTRAINT search_indexes_name_key UNIQUE,
        dataset_id uuid NOT NULL CONSTRAINT search_indexes_dataset_id_fkey REFERENCES datasets (id),
        follow_live boolean NOT NULL,
        current_id uuid,
        previous_id uuid,
        next_id uuid,
        created_by uuid NOT NULL CONSTRAINT search_indexes_created_by_fkey REFERENCES people (id),
        created_at timestamptz NOT NULL,
        switched_at timestamptz
      );

      CREATE TABLE search_index_versions (
        id uuid CONSTRAINT search_index_versions_pkey PRIMARY KEY,
        search_index_id uuid NOT NULL
          CONSTRAINT search_index_versions_search_index_id_fkey REFERENCES search_indexes (id) ON DELETE CASCADE,
        version integer NOT NULL,
        snapshot_id uuid NOT NULL CONSTRAINT search_index_versions_snapshot_id_fkey REFERENCES snapshots (id),
        encoder_tree text NOT NULL,
        reads_texts boolean NOT NULL,
        created_at timestamptz NOT NULL,
        CONSTRAINT search_index_versions_version_key UNIQUE (search_index_id, version)
      );

      ALTER TABLE search_indexes
        ADD CONSTRAINT search_indexes_current_id_fkey FOREIGN KEY (current_id) REFERENCES search_index_versions (id),
        ADD CONSTRAINT search_indexes_previous_id_fkey FOREIGN KEY (previous_id) REFERENCES search_index_versions (id),
        ADD CONSTRAINT search_indexes_next_id_fkey FOREIGN KEY (next_id) REFERENCES search_index_versions (id);

      CREATE TABLE search_servers (
        search_index_version_id uuid NOT NULL CONSTRAINT search_servers_pkey PRIMARY KEY
          CONSTRAINT search_servers_search_index_version_id_fkey REFERENCES search_index_versions (id) ON DELETE CASCADE,
        wanted boolean NOT NULL,
        state text NOT NULL CONSTRAINT search_servers_state_check CHECK (state IN ('stopped', 'starting', 'ready', 'failed')),
        sandbox_id uuid,
        socket_path text,
        worker_id text,
        lease_until timestamptz,
        failures integer NOT NULL DEFAULT 0,
        retry_at timestamptz,
        message text,
        changed_at timestamptz NOT NULL
      );
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP TABLE search_servers;
      ALTER TABLE search_indexes
        DROP CONSTRAINT search_indexes_current_id_fkey,
        DROP CONSTRAINT search_indexes_previous_id_fkey,
        DROP CONSTRAINT search_indexes_next_id_fkey;
      DROP TABLE search_index_versions, search_indexes;
    `);
  }
}
