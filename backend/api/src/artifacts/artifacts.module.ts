import { Module, type OnModuleInit } from '@nestjs/common';
import { DatabaseModule } from '../platform/database/index.js';
import { Schedules } from '../platform/queue/index.js';
import { Artifact, ArtifactReference } from './artifact.entity.js';
import { ArtifactsRepository } from './artifacts.repository.js';
import { ArtifactsService } from './artifacts.service.js';

const SWEEP_EVERY_MS = 3_600_000;

@Module({
  imports: [DatabaseModule.forFeature([Artifact, ArtifactReference])],
  providers: [ArtifactsRepository, ArtifactsService],
  exports: [ArtifactsService],
})
export class ArtifactsModule implements OnModuleInit {
  constructor(
    private readonly schedules: Schedules,
    private readonly artifacts: ArtifactsService,
  ) {}

  onModuleInit(): void {
    this.schedules.every({ name: 'artifacts.unfinished', everyMs: SWEEP_EVERY_MS }, () =>
      this.artifacts.removeUnfinished(),
    );
  }
}
