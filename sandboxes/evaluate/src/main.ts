import { runRecipe } from '@graft/runner';
import { evaluate } from './evaluate.js';

await runRecipe('evaluate', evaluate);
