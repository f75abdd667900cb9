import { Module, type DynamicModule } from '@nestjs/common';
import { AnalysisModule } from './analysis/index.js';
import { ArtifactsModule } from './artifacts/index.js';
import { AuditModule } from './audit/index.js';
import { DatasetsModule } from './datasets/index.js';
import { BenchmarksModule } from './benchmarks/index.js';
import { EndpointsModule } from './endpoints/index.js';
import { ExperimentsModule } from './experiments/index.js';
import { IdentityModule } from './identity/index.js';
import { ModelsModule } from './models/index.js';
import { RolloutsModule } from './rollouts/index.js';
import { SandboxesModule } from './sandboxes/index.js';
import { SearchIndexesModule } from './search-indexes/index.js';
import { SpaceCompatibilitiesModule } from './space-compatibilities/index.js';
import { SpacesModule } from './spaces/index.js';
import type { ProcessKind } from './platform/config/env.js';
import { PlatformModule } from './platform/platform.module.js';

/** Every feature, in the order in which they may import each other. */
const features = [
  IdentityModule,
  AuditModule,
  ArtifactsModule,
  DatasetsModule,
  SpacesModule,
  ModelsModule,
  SandboxesModule,
  ExperimentsModule,
  SpaceCompatibilitiesModule,
  BenchmarksModule,
  SearchIndexesModule,
  EndpointsModule,
  AnalysisModule,
  RolloutsModule,
];

/** The whole application. The processes differ in what they start: the api serves the controllers, the worker runs jobs, sweeps and event handlers. */
@Module({})
export class AppModule {
  static forProcess(kind: ProcessKind): DynamicModule {
    return { module: AppModule, imports: [PlatformModule.forProcess(kind), ...features] };
  }
}
