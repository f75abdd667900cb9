import { Module } from '@nestjs/common';
import { ArtifactsModule } from '../artifacts/index.js';
import { DatabaseModule } from '../platform/database/index.js';
import { Dataset } from './dataset.entity.js';
import { DatasetItemRow } from './dataset-item.entity.js';
import { DatasetVersion } from './dataset-version.entity.js';
import { DatasetVersionsController } from './dataset-versions.controller.js';
import { DatasetVersionsRepository } from './dataset-versions.repository.js';
import { DatasetVersionsService } from './dataset-versions.service.js';
import { DatasetsController } from './datasets.controller.js';
import { DatasetsRepository } from './datasets.repository.js';
import { DatasetsService } from './datasets.service.js';
import { ImportCompletionService } from './import-completion.service.js';
import { ImportRunnerSlot } from './import-runner.js';
import { ImportUploadsService } from './import-uploads.service.js';
import { Import } from './import.entity.js';
import { ImportsController } from './imports.controller.js';
import { ImportsProcessor } from './imports.processor.js';
import { ImportsRepository } from './imports.repository.js';
import { ImportsService } from './imports.service.js';

@Module({
  imports: [DatabaseModule.forFeature([Dataset, DatasetVersion, DatasetItemRow, Import]), ArtifactsModule],
  controllers: [DatasetsController, DatasetVersionsController, ImportsController],
  providers: [
    DatasetsRepository,
    DatasetsService,
    DatasetVersionsRepository,
    DatasetVersionsService,
    ImportCompletionService,
    ImportRunnerSlot,
    ImportsProcessor,
    ImportsRepository,
    ImportsService,
    ImportUploadsService,
  ],
  exports: [DatasetsService, ImportCompletionService, ImportRunnerSlot, ImportsService],
})
export class DatasetsModule {}
