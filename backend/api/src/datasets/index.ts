export { Dataset } from './dataset.entity.js';
export { DatasetVersion } from './dataset-version.entity.js';
export { DatasetVersionCreated } from './datasets.events.js';
export { DatasetsModule } from './datasets.module.js';
export { DatasetsService } from './datasets.service.js';
export { ImportCompletionService, ImportResult, type ImportOutcome } from './import-completion.service.js';
export { ImportRunnerSlot, type ImportRunner } from './import-runner.js';
export type { ImportOptions } from './import.entity.js';
export { ImportsService } from './imports.service.js';
