import { PeopleList } from './PeopleList.js';

export default { list: PeopleList };
