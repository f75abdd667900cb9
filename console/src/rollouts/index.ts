import { RolloutList } from './RolloutList.js';
import { RolloutShow } from './RolloutShow.js';

export default { list: RolloutList, show: RolloutShow };
