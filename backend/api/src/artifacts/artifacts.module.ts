import { Module } from '@nestjs/common';
import { DatabaseModule } from '../platform/database/index.js';
import { Artifact, ArtifactReference } from './artifact.entity.js';
import { ArtifactsRepository } from './artifacts.repository.js';
import { ArtifactsService } from './artifacts.service.js';

@Module({
  imports: [DatabaseModule.forFeature([Artifact, ArtifactReference])],
  providers: [ArtifactsRepository, ArtifactsService],
  exports: [ArtifactsService],
})
export class ArtifactsModule {}
