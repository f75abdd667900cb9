export { LineageDto } from './dto/models.dto.js';
export { Model } from './model.entity.js';
export { ModelVersion, type Lineage } from './model-version.entity.js';
export { ModelsModule } from './models.module.js';
export { CHAMPION, ModelsService, type NamedVersion, type NewVersion } from './models.service.js';
