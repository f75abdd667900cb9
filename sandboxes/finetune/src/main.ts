import { runRecipe } from '@graft/runner';
import { finetune } from './finetune.js';

await runRecipe('finetune', finetune);
