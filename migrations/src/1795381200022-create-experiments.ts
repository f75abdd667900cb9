import type { MigrationInterface, QueryRunner } from 'typeorm';

export class CreateExperiments1795381200022 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE experiments (
        id uuid CONSTRAINT experiments_pkey PRIMARY KEY,
        name text NOT NULL,
        spec jsonb NOT NULL,
        created_by uuid NOT NULL,
        created_at timestamptz NOT NULL
      );
      CREATE INDEX experiments_created_at_idx ON experiments (created_at);

      CREATE TABLE runs (
        id uuid CONSTRAINT runs_pkey PRIMARY KEY,
        experiment_id uuid NOT NULL CONSTRAINT runs_experiment_id_fkey REFERENCES experiments (id),
        name text NOT NULL,
        position integer NOT NULL,
        recipe text NOT NULL,
        parameters jsonb NOT NULL,
        inputs jsonb NOT NULL,
        depends_on uuid[] NOT NULL,
        register_model text,
        limits jsonb NOT NULL,
        seed bigint NOT NULL,
        state text NOT NULL
          CONSTRAINT runs_state_check CHECK (state IN ('waiting', 'queued', 'running', 'succeeded', 'failed', 'cancelled')),
        attempt integer NOT NULL DEFAULT 0,
        crashes integer NOT NULL DEFAULT 0,
        cancel_requested boolean NOT NULL DEFAULT false,
        worker_id text,
        host text,
        threads integer,
        lease_until timestamptz,
        isolation_level text,
        progress real NOT NULL DEFAULT 0,
        phase text NOT NULL DEFAULT '',
        failure jsonb,
        result jsonb,
        cpu_seconds double precision NOT NULL DEFAULT 0,
        peak_memory_bytes bigint NOT NULL DEFAULT 0,
        created_at timestamptz NOT NULL,
        queued_at timestamptz,
        started_at timestamptz,
        ended_at timestamptz,
        CONSTRAINT runs_experiment_id_name_key UNIQUE (experiment_id, name),
        CONSTRAINT runs_lease_check CHECK ((state = 'running') = (lease_until IS NOT NULL))
      );
      CREATE INDEX runs_open_idx ON runs (state, queued_at) WHERE state IN ('waiting', 'queued', 'running');
      CREATE INDEX runs_created_at_idx ON runs (created_at);

      CREATE TABLE run_metrics (
        run_id uuid NOT NULL CONSTRAINT run_metrics_run_id_fkey REFERENCES runs (id) ON DELETE CASCADE,
        name text NOT NULL,
        step integer NOT NULL,
        value double precision NOT NULL,
        at timestamptz NOT NULL,
        CONSTRAINT run_metrics_pkey PRIMARY KEY (run_id, name, step)
      );

      CREATE TABLE run_logs (
        id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT run_logs_pkey PRIMARY KEY,
        run_id uuid NOT NULL CONSTRAINT run_logs_run_id_fkey REFERENCES runs (id) ON DELETE CASCADE,
        attempt integer NOT NULL,
        seq integer NOT NULL,
        level text NOT NULL,
        message text NOT NULL,
        at timestamptz NOT NULL,
        CONSTRAINT run_logs_run_id_attempt_seq_key UNIQUE (run_id, attempt, seq)
      );
      CREATE INDEX run_logs_run_id_idx ON run_logs (run_id, id);

      CREATE TABLE run_artifacts (
        run_id uuid NOT NULL CONSTRAINT run_artifacts_run_id_fkey REFERENCES runs (id) ON DELETE CASCADE,
        name text NOT NULL,
        kind text NOT NULL,
        tree_hash text NOT NULL,
        file_count integer NOT NULL,
        size_bytes bigint NOT NULL,
        created_at timestamptz NOT NULL,
        CONSTRAINT run_artifacts_pkey PRIMARY KEY (run_id, name)
      );
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE run_artifacts, run_logs, run_metrics, runs, experiments');
  }
}
