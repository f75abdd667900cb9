export { embedDataset } from './embed-dataset.js';
