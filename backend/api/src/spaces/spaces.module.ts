import { Module } from '@nestjs/common';
import { ArtifactsModule } from '../artifacts/index.js';
import { DatasetsModule } from '../datasets/index.js';
import { DatabaseModule } from '../platform/database/index.js';
import { LiveSnapshot, Snapshot } from './snapshot.entity.js';
import { SpaceRecord } from './space.entity.js';
import { SpacesController } from './spaces.controller.js';
import { SpacesRepository } from './spaces.repository.js';
import { SpacesService } from './spaces.service.js';

@Module({
  imports: [DatabaseModule.forFeature([SpaceRecord, Snapshot, LiveSnapshot]), ArtifactsModule, DatasetsModule],
  controllers: [SpacesController],
  providers: [SpacesRepository, SpacesService],
  exports: [SpacesService],
})
export class SpacesModule {}
