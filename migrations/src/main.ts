import { migrate } from './migrate.js';

/** `node dist/main.js`: migrates the database of DATABASE_URL, for a compose service or a deployment step. */
const url = process.env['DATABASE_URL'];
if (url === undefined || url === '') {
  console.error(
    'DATABASE_URL is not set: expected postgres://user:password@host:port/database. Set it and run this again.',
  );
  process.exit(2);
}
const applied = await migrate(url);
console.log(
  applied.length === 0 ? 'The database is up to date.' : `Applied:\n${applied.map((name) => `  ${name}`).join('\n')}`,
);
