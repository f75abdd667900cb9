export { SpaceCompatibilitiesModule } from './space-compatibilities.module.js';
export { SpaceCompatibilitiesService } from './space-compatibilities.service.js';
