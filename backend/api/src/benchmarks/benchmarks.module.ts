import { Module, type OnModuleInit } from '@nestjs/common';
import { ArtifactsModule } from '../artifacts/index.js';
import { DatasetsModule } from '../datasets/index.js';
import { ExperimentsModule, RunEnded } from '../experiments/index.js';
import { DatabaseModule } from '../platform/database/index.js';
import { EventHandlers } from '../platform/outbox/index.js';
import { BenchmarkResult } from './benchmark-result.entity.js';
import { Benchmark } from './benchmark.entity.js';
import { BenchmarksController } from './benchmarks.controller.js';
import { BenchmarksRepository } from './benchmarks.repository.js';
import { BenchmarksService } from './benchmarks.service.js';

@Module({
  imports: [
    DatabaseModule.forFeature([Benchmark, BenchmarkResult]),
    ArtifactsModule,
    DatasetsModule,
    ExperimentsModule,
  ],
  controllers: [BenchmarksController],
  providers: [BenchmarksRepository, BenchmarksService],
  exports: [BenchmarksService],
})
export class BenchmarksModule implements OnModuleInit {
  constructor(
    private readonly events: EventHandlers,
    private readonly benchmarks: BenchmarksService,
  ) {}

  onModuleInit(): void {
    this.events.on(RunEnded, async ({ runId, state }) => {
      if (state === 'succeeded') await this.benchmarks.record(runId);
    });
  }
}
