import { runRecipe } from '@graft/runner';
import { serve } from './serve.js';

await runRecipe('serve', serve);
