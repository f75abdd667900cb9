import { runRecipe } from '@graft/runner';
import { inspectSpace } from './inspect-space.js';

await runRecipe('inspect-space', inspectSpace);
