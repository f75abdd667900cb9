import { Module } from '@nestjs/common';
import { AnalysisModule } from '../analysis/index.js';
import { ArtifactsModule } from '../artifacts/index.js';
import { EndpointsModule } from '../endpoints/index.js';
import { ModelsModule } from '../models/index.js';
import { DatabaseModule } from '../platform/database/index.js';
import { EvidenceService } from './evidence.service.js';
import { Rollout, RolloutApproval, RolloutEvidence, RolloutMove } from './rollout.entity.js';
import { RolloutsController } from './rollouts.controller.js';
import { RolloutsReader } from './rollouts.reader.js';
import { RolloutsRepository } from './rollouts.repository.js';
import { RolloutsService } from './rollouts.service.js';

@Module({
  imports: [
    DatabaseModule.forFeature([Rollout, RolloutApproval, RolloutEvidence, RolloutMove]),
    ModelsModule,
    ArtifactsModule,
    EndpointsModule,
    AnalysisModule,
  ],
  controllers: [RolloutsController],
  providers: [EvidenceService, RolloutsReader, RolloutsRepository, RolloutsService],
})
export class RolloutsModule {}
