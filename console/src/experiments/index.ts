import { ExperimentList } from './ExperimentList.js';
import { ExperimentShow } from './ExperimentShow.js';
import { LaunchPage } from './LaunchPage.js';

export default { list: ExperimentList, show: ExperimentShow, create: LaunchPage, recordRepresentation: 'name' };
