import { Module } from '@nestjs/common';
import { ArtifactsModule } from '../artifacts/index.js';
import { DatasetsModule } from '../datasets/index.js';
import { ModelsModule } from '../models/index.js';
import { DatabaseModule } from '../platform/database/index.js';
import { SandboxesModule } from '../sandboxes/index.js';
import { SpaceCompatibilitiesModule } from '../space-compatibilities/index.js';
import { SpacesModule } from '../spaces/index.js';
import { SearchEncoders } from './search-encoders.js';
import { SearchesService } from './searches.service.js';
import { SearchIndex, SearchIndexVersion, SearchServer } from './search-index.entity.js';
import { SearchIndexesController } from './search-indexes.controller.js';
import { SearchIndexesProcessor } from './search-indexes.processor.js';
import { SearchIndexesRepository } from './search-indexes.repository.js';
import { SearchIndexesService } from './search-indexes.service.js';
import { SearchServers } from './search-servers.js';

@Module({
  imports: [
    DatabaseModule.forFeature([SearchIndex, SearchIndexVersion, SearchServer]),
    ArtifactsModule,
    DatasetsModule,
    SpacesModule,
    ModelsModule,
    SandboxesModule,
    SpaceCompatibilitiesModule,
  ],
  controllers: [SearchIndexesController],
  providers: [
    SearchIndexesRepository,
    SearchEncoders,
    SearchServers,
    SearchIndexesService,
    SearchesService,
    SearchIndexesProcessor,
  ],
})
export class SearchIndexesModule {}
