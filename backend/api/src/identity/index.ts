export { CurrentActor, type Actor } from './actor.js';
export { Authenticator } from './authenticator.js';
export { FirstAdmin } from './first-admin.js';
export { IdentityModule } from './identity.module.js';
export { LocalTokens } from './local-tokens.js';
export { permissions, permissionsOf, roles, type Permission, type Role } from './permissions.js';
export { Person } from './person.entity.js';
export { Requires } from './requires.js';
export { TokensService } from './tokens.service.js';
