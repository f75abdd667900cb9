import { SandboxList } from './SandboxList.js';

export default { list: SandboxList };
