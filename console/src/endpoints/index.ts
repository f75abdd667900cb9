import { EndpointCreate } from './EndpointCreate.js';
import { EndpointList } from './EndpointList.js';
import { EndpointShow } from './EndpointShow.js';

export default { list: EndpointList, show: EndpointShow, create: EndpointCreate, recordRepresentation: 'name' };
