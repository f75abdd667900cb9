import { SpaceList } from './SpaceList.js';
import { SpaceShow } from './SpaceShow.js';

export default { list: SpaceList, show: SpaceShow };
