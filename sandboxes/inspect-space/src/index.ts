export { inspectSpace } from './inspect-space.js';
