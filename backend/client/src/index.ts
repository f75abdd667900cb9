export { createGraftClient, type GraftClient, type GraftClientOptions } from './graft-client.js';
export { GraftProblem, isProblem, orThrow, type Problem } from './problem.js';
export type { components, operations, paths } from './schema.gen.js';
export type { Schemas } from './schemas.js';
