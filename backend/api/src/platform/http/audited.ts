import { applyDecorators, SetMetadata } from '@nestjs/common';
import { routeConfig } from './route-config.js';

export const AUDITED = 'graft:audited';

/**
 * Every call of this route, also a refused one, is written to the audit log. On every mutating route; a spec proves it.
 * The action travels in Fastify's route configuration, so that the log also sees requests that a guard refuses.
 *
 * @param action `<feature>.<imperative>`: rollouts.approve
 */
export const Audited = (action: `${string}.${string}`): MethodDecorator =>
  applyDecorators(SetMetadata(AUDITED, action), routeConfig({ audited: action }));
