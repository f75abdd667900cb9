import { SearchIndexList } from './SearchIndexList.js';
import { SearchIndexShow } from './SearchIndexShow.js';

export default { list: SearchIndexList, show: SearchIndexShow, recordRepresentation: 'name' };
