export { importDataset } from './import-dataset.js';
