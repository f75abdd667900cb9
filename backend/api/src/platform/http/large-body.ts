import type { FastifyInstance } from 'fastify';
import { routeConfig } from './route-config.js';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Set by `@LargeBody`. */
    bodyBytes?: number;
  }
}

/** This route takes JSON bodies of up to so many bytes; every other one refuses them early. */
export const LargeBody = (bytes: number): MethodDecorator => routeConfig({ bodyBytes: bytes });

/** Must be called before the routes are registered. */
export function allowLargeBodies(server: FastifyInstance): void {
  server.addHook('onRoute', (route) => {
    if (route.config?.bodyBytes !== undefined) route.bodyLimit = route.config.bodyBytes;
  });
}
