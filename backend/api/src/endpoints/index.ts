export { EndpointsModule } from './endpoints.module.js';
export { EndpointsService, type EndpointView, type VariantView } from './endpoints.service.js';
export { Endpoint } from './endpoint.entity.js';
