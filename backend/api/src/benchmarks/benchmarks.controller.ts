import { Body, Controller, Get, Post, Query } from '@nestjs/common';
import { Requires } from '../identity/index.js';
import { Audited, Operation } from '../platform/http/index.js';
import { BenchmarksService } from './benchmarks.service.js';
import {
  BenchmarkDto,
  benchmarkDto,
  BenchmarkListDto,
  benchmarkResultDto,
  BenchmarkResultListDto,
  CreateBenchmarkDto,
  ListBenchmarkResultsQuery,
  ListBenchmarksQuery,
} from './dto/benchmarks.dto.js';

@Controller()
export class BenchmarksController {
  constructor(private readonly benchmarks: BenchmarksService) {}

  @Get('benchmarks')
  @Requires('benchmarks:read')
  @Operation({ id: 'listBenchmarks', summary: 'Gold sets that models are measured on', returns: BenchmarkListDto })
  async list(@Query({ schema: ListBenchmarksQuery }) query: ListBenchmarksQuery): Promise<BenchmarkListDto> {
    const { items, total } = await this.benchmarks.list(query);
    return { items: items.map(benchmarkDto), total };
  }

  @Post('benchmarks')
  @Requires('benchmarks:create')
  @Audited('benchmarks.create')
  @Operation({
    id: 'createBenchmark',
    summary: 'Make a benchmark of a split of a dataset version',
    status: 201,
    returns: BenchmarkDto,
  })
  async create(@Body({ schema: CreateBenchmarkDto }) body: CreateBenchmarkDto): Promise<BenchmarkDto> {
    return benchmarkDto(await this.benchmarks.create(body));
  }

  @Get('benchmark-results')
  @Requires('benchmarks:read')
  @Operation({
    id: 'listBenchmarkResults',
    summary: 'What evaluations measured on benchmarks',
    returns: BenchmarkResultListDto,
  })
  async listResults(
    @Query({ schema: ListBenchmarkResultsQuery }) query: ListBenchmarkResultsQuery,
  ): Promise<BenchmarkResultListDto> {
    const { items, total } = await this.benchmarks.listResults(query, query);
    return { items: items.map(benchmarkResultDto), total };
  }
}
