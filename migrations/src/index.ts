export { migrate, MIGRATIONS_TABLE, revertAll } from './migrate.js';
export { migrations } from './migrations.js';
