export { type PostgresOptions, type RunningPostgres, startPostgres } from './server.js';
