// Taken file by file on purpose: identity/index.js would bring Nest's modules, TypeORM and the queue into this process (+45 MB, +1.3 s at start).
// eslint-disable-next-line graft/layer-order -- see above
export { permissionsOfToken, type Permission, type Role } from '../identity/permissions.js';
// eslint-disable-next-line graft/layer-order -- see above
export { hashSecret } from '../identity/secrets.js';
