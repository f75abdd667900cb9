import { runRecipe } from '@graft/runner';
import { embedDataset } from './embed-dataset.js';

await runRecipe('embed', embedDataset);
