import { EvaluationReport, Name, Split } from '@graft/protocol';
import { z } from 'zod';
import { dto, listDto, listQuery, Timestamp } from '../../platform/http/index.js';
import type { BenchmarkResult } from '../benchmark-result.entity.js';
import type { Benchmark } from '../benchmark.entity.js';

export const CreateBenchmarkDto = dto(
  'CreateBenchmark',
  z.strictObject({
    name: Name,
    datasetVersionId: z.uuid(),
    split: Split.default('test').describe('Never train'),
    targets: z.array(z.string().min(1)).min(1).max(16).describe('Attributes that are predicted'),
  }),
);
export type CreateBenchmarkDto = z.infer<typeof CreateBenchmarkDto>;

export const BenchmarkDto = dto(
  'Benchmark',
  z.strictObject({
    id: z.uuid(),
    name: z.string(),
    datasetVersionId: z.uuid(),
    split: Split,
    targets: z.array(z.string()),
    createdAt: Timestamp,
  }),
);
export type BenchmarkDto = z.infer<typeof BenchmarkDto>;
export const BenchmarkListDto = listDto('BenchmarkList', BenchmarkDto);
export type BenchmarkListDto = z.infer<typeof BenchmarkListDto>;
export const ListBenchmarksQuery = listQuery(['name', 'createdAt'], { sort: 'name', order: 'asc' });
export type ListBenchmarksQuery = z.infer<typeof ListBenchmarksQuery>;

export const BenchmarkResultDto = dto(
  'BenchmarkResult',
  z.strictObject({
    id: z.uuid(),
    benchmarkId: z.uuid(),
    runId: z.uuid(),
    accuracy: EvaluationReport.shape.accuracy,
    environment: z.record(z.string(), z.string()).describe('Machine and versions it was measured on'),
    createdAt: Timestamp,
  }),
);
export type BenchmarkResultDto = z.infer<typeof BenchmarkResultDto>;
export const BenchmarkResultListDto = listDto('BenchmarkResultList', BenchmarkResultDto);
export type BenchmarkResultListDto = z.infer<typeof BenchmarkResultListDto>;
export const ListBenchmarkResultsQuery = listQuery(['createdAt'], { sort: 'createdAt', order: 'desc' }).extend({
  benchmarkId: z.uuid().optional(),
});
export type ListBenchmarkResultsQuery = z.infer<typeof ListBenchmarkResultsQuery>;

export function benchmarkDto(benchmark: Benchmark): BenchmarkDto {
  return { ...benchmark, createdAt: benchmark.createdAt.toISOString() };
}

export function benchmarkResultDto({
  reportTree: _reportTree,
  createdAt,
  ...result
}: BenchmarkResult): BenchmarkResultDto {
  return { ...result, createdAt: createdAt.toISOString() };
}
