export type { Snapshot } from './snapshot.entity.js';
export { SpacesModule } from './spaces.module.js';
export { SpacesService, type NewSnapshot } from './spaces.service.js';
