import { randomBytes } from 'node:crypto';
import { migrate } from '@graft/migrations';
import pg from 'pg';
import { afterAll, beforeAll, inject } from 'vitest';

declare module 'vitest' {
  interface ProvidedContext {
    /** A server on which a test may create databases; started by the launcher's global set-up. */
    postgresUrl: string;
  }
}

export interface TestDatabase {
  readonly url: string;
  query<R extends pg.QueryResultRow>(sql: string, values?: unknown[]): Promise<R[]>;
}

/** One fresh, migrated database for this file, dropped when the file ends. Its `url` can be read in hooks and tests. */
export function useDatabase(options: { migrated: boolean } = { migrated: true }): TestDatabase {
  const name = `test_${randomBytes(6).toString('hex')}`;
  let url: string | undefined;
  let pool: pg.Pool | undefined;

  beforeAll(async () => {
    const server = inject('postgresUrl');
    await onServer(server, `CREATE DATABASE ${name}`);
    const address = new URL(server);
    address.pathname = `/${name}`;
    url = address.href;
    if (options.migrated) await migrate(url);
    pool = new pg.Pool({ connectionString: url, max: 2 });
    pool.on('error', () => undefined);
  });

  afterAll(async () => {
    await pool?.end();
    await onServer(inject('postgresUrl'), `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
  });

  return {
    get url() {
      if (url === undefined) throw new Error('The database exists from beforeAll on');
      return url;
    },
    async query<R extends pg.QueryResultRow>(sql: string, values: unknown[] = []) {
      if (pool === undefined) throw new Error('The database exists from beforeAll on');
      return (await pool.query<R>(sql, values)).rows;
    },
  };
}

async function onServer(url: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(sql).finally(() => client.end());
}
