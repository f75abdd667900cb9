export { Live, Change } from './live.js';
export { LiveHub } from './live.hub.js';
export { LiveModule } from './live.module.js';
