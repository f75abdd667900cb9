import type { MigrationInterface, QueryRunner } from 'typeorm';

export class CreateSandboxes1795381200021 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE sandboxes (
        id uuid CONSTRAINT sandboxes_pkey PRIMARY KEY,
        purpose text NOT NULL CONSTRAINT sandboxes_purpose_check CHECK (purpose IN ('run', 'import', 'serve')),
        subject_id uuid NOT NULL,
        attempt integer NOT NULL,
        recipe text NOT NULL,
        driver text NOT NULL,
        host text NOT NULL,
        slot integer NOT NULL,
        worker_id text NOT NULL,
        pid integer,
        isolation_level text NOT NULL,
        limits jsonb NOT NULL,
        created_at timestamptz NOT NULL,
        ended_at timestamptz,
        end_reason text,
        exit_code integer,
        cpu_seconds double precision NOT NULL DEFAULT 0,
        peak_memory_bytes bigint NOT NULL DEFAULT 0
      );
      CREATE UNIQUE INDEX sandboxes_live_slot_key ON sandboxes (host, slot) WHERE ended_at IS NULL;
      CREATE INDEX sandboxes_subject_idx ON sandboxes (subject_id);
      CREATE INDEX sandboxes_created_at_idx ON sandboxes (created_at);

      CREATE TABLE isolation_reports (
        id uuid CONSTRAINT isolation_reports_pkey PRIMARY KEY,
        host text NOT NULL,
        driver text NOT NULL,
        level text NOT NULL,
        report jsonb NOT NULL,
        created_at timestamptz NOT NULL
      );
      CREATE INDEX isolation_reports_host_idx ON isolation_reports (host, created_at);

      CREATE TABLE model_servers (
        model_version_id uuid NOT NULL CONSTRAINT model_servers_pkey PRIMARY KEY
          CONSTRAINT model_servers_model_version_id_fkey REFERENCES model_versions (id),
        wanted boolean NOT NULL,
        state text NOT NULL CONSTRAINT model_servers_state_check CHECK (state IN ('stopped', 'starting', 'ready', 'failed')),
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
    await runner.query('DROP TABLE model_servers, isolation_reports, sandboxes');
  }
}
