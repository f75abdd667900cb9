import { Module } from '@nestjs/common';
import { ArtifactsModule } from '../artifacts/index.js';
import { DatabaseModule } from '../platform/database/index.js';
import { ModelAlias } from './model-alias.entity.js';
import { Model } from './model.entity.js';
import { ModelVersion } from './model-version.entity.js';
import { ModelsController } from './models.controller.js';
import { ModelsRepository } from './models.repository.js';
import { ModelsService } from './models.service.js';

@Module({
  imports: [DatabaseModule.forFeature([Model, ModelVersion, ModelAlias]), ArtifactsModule],
  controllers: [ModelsController],
  providers: [ModelsRepository, ModelsService],
  exports: [ModelsService],
})
export class ModelsModule {}
