import type { components } from './schema.gen.js';

/** Every named shape of the API: `Schemas['Rollout']`. */
export type Schemas = components['schemas'];
