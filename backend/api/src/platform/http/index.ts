export { ACCESS, Public, SignedIn } from './access.js';
export { Audited, AUDITED } from './audited.js';
export { dto, Id, listDto, listQuery, Timestamp } from './dto.js';
export { errorStatuses } from './error-statuses.js';
export { LargeBody } from './large-body.js';
export { Operation, type OperationOptions } from './operation.js';
export { Problem } from './problem.js';
export { toProblem } from './problem.filter.js';
export { parseInput } from './zod.pipe.js';
