/** Who may do what. Each row is one permission, `resource:verb`, with the roles that hold it. */
const table = {
  'people:read': ['admin'],
  'people:manage': ['admin'],
  'tokens:manage': ['researcher', 'admin'],
  'audit:read': ['admin'],

  'datasets:read': ['researcher', 'admin'],
  'datasets:create': ['researcher', 'admin'],
  'datasets:import': ['researcher', 'admin'],
  'spaces:read': ['researcher', 'admin'],
  'spaces:publish': ['researcher', 'admin'],
  'spaces:declare': ['admin'],
  'models:read': ['researcher', 'admin'],
  'models:create': ['researcher', 'admin'],
  'models:alias': ['researcher', 'admin'],
  'sandboxes:read': ['researcher', 'admin'],
  'sandboxes:probe': ['admin'],
  'experiments:read': ['researcher', 'admin'],
  'experiments:create': ['researcher', 'admin'],
  'experiments:cancel': ['researcher', 'admin'],
  'benchmarks:read': ['researcher', 'admin'],
  'benchmarks:create': ['researcher', 'admin'],

  'search-indexes:read': ['researcher', 'admin'],
  'search-indexes:create': ['researcher', 'admin'],
  'search-indexes:switch': ['researcher', 'admin'],
  'search-indexes:delete': ['admin'],
  'search-indexes:search': ['researcher', 'admin'],
  'endpoints:read': ['researcher', 'admin'],
  'endpoints:create': ['researcher', 'admin'],
  'endpoints:traffic': ['researcher', 'admin'],
  'endpoints:retire': ['admin'],
  'analysis:read': ['researcher', 'admin'],
  'analysis:create': ['researcher', 'admin'],
  'rollouts:read': ['researcher', 'admin'],
  'rollouts:request': ['researcher', 'admin'],
  'rollouts:cancel': ['researcher', 'admin'],
  'rollouts:approve': ['admin'],
  'rollouts:reject': ['admin'],
  'rollouts:rollback': ['admin'],

  'inference:call': ['researcher', 'admin'],
  'feedback:write': ['researcher', 'admin'],
} as const satisfies Record<`${string}:${string}`, readonly Role[]>;

export const roles = ['researcher', 'admin'] as const;
export type Role = (typeof roles)[number];

export type Permission = keyof typeof table;
export const permissions = Object.keys(table) as Permission[];

export function permissionsOf(role: Role): Permission[] {
  return permissions.filter((permission) => (table[permission] as readonly Role[]).includes(role));
}

/** A scope of a token: one permission, or every permission of a resource as `resource:*`. */
export function isScope(text: string): boolean {
  return expandScope(text).length > 0;
}

/** The permissions that a scope names; none when it names nothing. */
export function expandScope(scope: string): Permission[] {
  if (!scope.endsWith(':*')) return permissions.filter((permission) => permission === scope);
  return permissions.filter((permission) => permission.startsWith(scope.slice(0, -1)));
}

/** What a token may do: what its scopes name, but never more than its owner's role holds today. */
export function permissionsOfToken(role: Role, scopes: readonly string[]): Permission[] {
  const scoped = new Set(scopes.flatMap(expandScope));
  return permissionsOf(role).filter((permission) => scoped.has(permission));
}
