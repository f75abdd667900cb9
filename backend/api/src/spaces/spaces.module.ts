import { Module } from '@nestjs/common';
import { ArtifactsModule } from '../artifacts/index.js';
import { DatasetsModule } from '../datasets/index.js';
import { DatabaseModule } from '../platform/database/index.js';
import { LiveSnapshot, Snapshot } from './snapshot.entity.js';
import { SpaceRecord } from './space.entity.js';
import { SpacesController } from './spaces.controller.js';
import { SpacesRepository } from './spaces.repository.js';
import { SpacesService } from './spaces.service.js';
import { VectorMisses } from './vector-misses.entity.js';
import { VectorMissesRepository } from './vector-misses.repository.js';
import { VectorMissesService } from './vector-misses.service.js';

@Module({
  imports: [
    DatabaseModule.forFeature([SpaceRecord, Snapshot, LiveSnapshot, VectorMisses]),
    ArtifactsModule,
    DatasetsModule,
  ],
  controllers: [SpacesController],
  providers: [SpacesRepository, SpacesService, VectorMissesRepository, VectorMissesService],
  exports: [SpacesService, VectorMissesService],
})
export class SpacesModule {}
