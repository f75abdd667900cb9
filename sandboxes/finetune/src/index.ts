export { finetune } from './finetune.js';
