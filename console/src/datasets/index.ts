import { DatasetCreate } from './DatasetCreate.js';
import { DatasetList } from './DatasetList.js';
import { DatasetShow } from './DatasetShow.js';

export default { list: DatasetList, show: DatasetShow, create: DatasetCreate, recordRepresentation: 'name' };
