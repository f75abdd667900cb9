import { Module } from '@nestjs/common';
import { ArtifactsModule } from '../artifacts/index.js';
import { DatasetsModule } from '../datasets/index.js';
import { ModelsModule } from '../models/index.js';
import { DatabaseModule } from '../platform/database/index.js';
import { SandboxesModule } from '../sandboxes/index.js';
import { SpacesModule } from '../spaces/index.js';
import { Experiment } from './experiment.entity.js';
import { ExperimentsController } from './experiments.controller.js';
import { ExperimentsRepository } from './experiments.repository.js';
import { ExperimentsService } from './experiments.service.js';
import { Run } from './run.entity.js';
import { RunCompletion } from './run-completion.js';
import { ExperimentsProcessor } from './experiments.processor.js';
import { RunDoorbell } from './run-doorbell.js';
import { RunJournals } from './run-journal.js';
import { RunRecovery } from './run-recovery.js';
import { RunRegistration } from './run-registration.js';
import { RunDispatcher } from './run-dispatcher.js';
import { RunExecutor } from './run-executor.js';
import { RunInputs } from './run-inputs.js';
import { RunArtifact, RunLog, RunMetric } from './run-records.entity.js';
import { RunRecordsRepository } from './run-records.repository.js';
import { RunsController } from './runs.controller.js';
import { RunsRepository } from './runs.repository.js';
import { RunsService } from './runs.service.js';
import { SnapshotBackfills } from './snapshot-backfills.js';

@Module({
  imports: [
    DatabaseModule.forFeature([Experiment, Run, RunMetric, RunLog, RunArtifact]),
    ArtifactsModule,
    DatasetsModule,
    SpacesModule,
    ModelsModule,
    SandboxesModule,
  ],
  controllers: [ExperimentsController, RunsController],
  providers: [
    ExperimentsRepository,
    ExperimentsService,
    RunsRepository,
    RunRecordsRepository,
    RunsService,
    RunInputs,
    RunCompletion,
    RunExecutor,
    RunRegistration,
    RunJournals,
    RunDoorbell,
    RunDispatcher,
    RunRecovery,
    ExperimentsProcessor,
    SnapshotBackfills,
  ],
  exports: [ExperimentsService, RunsService],
})
export class ExperimentsModule {}
