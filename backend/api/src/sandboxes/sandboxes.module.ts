import { Module } from '@nestjs/common';
import { ArtifactsModule } from '../artifacts/index.js';
import { DatasetsModule } from '../datasets/index.js';
import { ModelsModule } from '../models/index.js';
import { DatabaseModule } from '../platform/database/index.js';
import { SpacesModule } from '../spaces/index.js';
import { IsolationReportRecord } from './isolation-report.entity.js';
import { ModelServer } from './model-server.entity.js';
import { ServeJobs } from './serve-jobs.js';
import { ModelServers } from './model-servers.js';
import { SandboxImports } from './sandbox-imports.js';
import { SandboxHost } from './sandbox-host.js';
import { SandboxRecord } from './sandbox.entity.js';
import { SandboxRunner } from './sandbox-runner.js';
import { SandboxesController } from './sandboxes.controller.js';
import { SandboxesProcessor } from './sandboxes.processor.js';
import { SandboxesRepository } from './sandboxes.repository.js';
import { SandboxesService } from './sandboxes.service.js';
import { ServerPools } from './server-pools.js';

@Module({
  imports: [
    DatabaseModule.forFeature([SandboxRecord, IsolationReportRecord, ModelServer]),
    ArtifactsModule,
    DatasetsModule,
    ModelsModule,
    SpacesModule,
  ],
  controllers: [SandboxesController],
  providers: [
    SandboxHost,
    SandboxImports,
    SandboxRunner,
    SandboxesRepository,
    SandboxesService,
    SandboxesProcessor,
    ServerPools,
    ServeJobs,
    ModelServers,
  ],
  exports: [SandboxHost, SandboxRunner, ServerPools, ModelServers],
})
export class SandboxesModule {}
