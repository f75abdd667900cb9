import type { EvaluationReport } from '@graft/protocol';
import { Column, Entity, ForeignKey, PrimaryColumn, Unique } from 'typeorm';
import { Benchmark } from './benchmark.entity.js';

/** What one evaluation measured on a benchmark, with the machine and versions it was measured on. */
@Entity('benchmark_results')
@Unique('benchmark_results_benchmark_id_run_id_key', ['benchmarkId', 'runId'])
export class BenchmarkResult {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'benchmark_results_pkey' })
  id!: string;

  @Column('uuid', { name: 'benchmark_id' })
  @ForeignKey(() => Benchmark, { name: 'benchmark_results_benchmark_id_fkey' })
  benchmarkId!: string;

  @Column('uuid', { name: 'run_id' })
  runId!: string;

  @Column('text', { name: 'report_tree' })
  reportTree!: string;

  @Column('jsonb')
  accuracy!: EvaluationReport['accuracy'];

  @Column('jsonb')
  environment!: Record<string, string>;

  @Column('timestamptz', { name: 'created_at' })
  createdAt!: Date;
}
