import { RunShow } from './RunShow.js';

export default { show: RunShow, recordRepresentation: 'name' };
