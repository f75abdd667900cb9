import type { MigrationInterface, QueryRunner } from 'typeorm';

export class CreateBenchmarks1795381200023 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE benchmarks (
        id uuid CONSTRAINT benchmarks_pkey PRIMARY KEY,
        name text NOT NULL CONSTRAINT benchmarks_name_key UNIQUE,
        dataset_version_id uuid NOT NULL,
        split text NOT NULL,
        targets jsonb NOT NULL,
        created_at timestamptz NOT NULL
      );
      CREATE INDEX benchmarks_dataset_version_id_idx ON benchmarks (dataset_version_id);

      CREATE TABLE benchmark_results (
        id uuid CONSTRAINT benchmark_results_pkey PRIMARY KEY,
        benchmark_id uuid NOT NULL CONSTRAINT benchmark_results_benchmark_id_fkey REFERENCES benchmarks (id),
        run_id uuid NOT NULL,
        report_tree text NOT NULL,
        accuracy jsonb NOT NULL,
        environment jsonb NOT NULL,
        created_at timestamptz NOT NULL,
        CONSTRAINT benchmark_results_benchmark_id_run_id_key UNIQUE (benchmark_id, run_id)
      );
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE benchmark_results, benchmarks');
  }
}
