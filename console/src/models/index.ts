import { ModelList } from './ModelList.js';
import { ModelShow } from './ModelShow.js';

export default { list: ModelList, show: ModelShow, recordRepresentation: 'name' };
