import { AuditList } from './AuditList.js';

export default { list: AuditList };
