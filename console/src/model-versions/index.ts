import { ModelVersionShow } from './ModelVersionShow.js';

export default { show: ModelVersionShow };
