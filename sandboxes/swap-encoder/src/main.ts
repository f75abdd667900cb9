import { runRecipe } from '@graft/runner';
import { swapEncoder } from './swap-encoder.js';

await runRecipe('swap-encoder', swapEncoder);
