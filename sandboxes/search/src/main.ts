import { runRecipe } from '@graft/runner';
import { search } from './search.js';

await runRecipe('search', search);
