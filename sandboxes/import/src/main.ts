import { runRecipe } from '@graft/runner';
import { importDataset } from './import-dataset.js';

await runRecipe('import', importDataset);
