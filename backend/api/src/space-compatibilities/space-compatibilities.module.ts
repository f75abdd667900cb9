import { Module } from '@nestjs/common';
import { ExperimentsModule } from '../experiments/index.js';
import { DatabaseModule } from '../platform/database/index.js';
import { SpaceCompatibilitiesController } from './space-compatibilities.controller.js';
import { SpaceCompatibilitiesRepository } from './space-compatibilities.repository.js';
import { SpaceCompatibilitiesService } from './space-compatibilities.service.js';
import { SpaceCompatibility } from './space-compatibility.entity.js';

@Module({
  imports: [DatabaseModule.forFeature([SpaceCompatibility]), ExperimentsModule],
  controllers: [SpaceCompatibilitiesController],
  providers: [SpaceCompatibilitiesRepository, SpaceCompatibilitiesService],
  exports: [SpaceCompatibilitiesService],
})
export class SpaceCompatibilitiesModule {}
