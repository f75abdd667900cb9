export { Snapshot } from './snapshot.entity.js';
export { SnapshotPublished } from './spaces.events.js';
export { SpacesModule } from './spaces.module.js';
export { VectorMissesService, type MissedVectors } from './vector-misses.service.js';
export { SpacesService, type NewSnapshot } from './spaces.service.js';
