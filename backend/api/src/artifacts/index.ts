export { highestTier, tiers, type Tier } from './artifact.entity.js';
export { ArtifactsModule } from './artifacts.module.js';
export { ArtifactsService, contentHash, type StoredTree } from './artifacts.service.js';
