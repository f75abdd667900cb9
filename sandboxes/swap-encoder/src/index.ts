export { swapEncoder } from './swap-encoder.js';
