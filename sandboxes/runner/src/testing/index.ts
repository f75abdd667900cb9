export { runTask, temporaryFolder, type RunOptions, type TaskOutcome } from './run-task.js';
export { tinyItem, tinyItems, writeTinyDataset, type TinyItem } from './tiny-dataset.js';
