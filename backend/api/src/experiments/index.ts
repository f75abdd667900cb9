export { RunEnded } from './experiments.events.js';
export { ExperimentsModule } from './experiments.module.js';
export { ExperimentsService, type ExperimentWithRuns } from './experiments.service.js';
export { ExperimentSpec } from './experiment-spec.js';
export type { Run } from './run.entity.js';
export { RunsService } from './runs.service.js';
