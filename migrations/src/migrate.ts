import 'reflect-metadata';
import { runMigrations as migrateQueue } from 'bullmq';
import pg from 'pg';
import { DataSource, type MigrationInterface } from 'typeorm';
import { migrations } from './migrations.js';

/** One migrator at a time: any 64-bit constant that nothing else locks will do. */
const ADVISORY_LOCK = 7_317_264_911n;

/** The table TypeORM keeps the names of applied migrations in. */
export const MIGRATIONS_TABLE = 'migrations';

/**
 * Brings the database at `url` up to date: our tables, then those of the queue. Several callers may run it at once; the later ones
 * wait and find nothing to do.
 *
 * @returns names of the migrations that were applied now
 */
export async function migrate(url: string): Promise<string[]> {
  return locked(url, async (client) => {
    const applied = await withDataSource(url, (dataSource) => dataSource.runMigrations({ transaction: 'each' }));
    await migrateQueue(client);
    return applied.map((migration) => migration.name);
  });
}

/** Takes back every migration, newest first. For tests: it drops every table of ours. */
export async function revertAll(url: string): Promise<void> {
  await locked(url, () =>
    withDataSource(url, async (dataSource) => {
      for (let left = migrations.length; left > 0; left--) await dataSource.undoLastMigration({ transaction: 'each' });
    }),
  );
}

async function locked<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url, application_name: 'graft-migrations' });
  await client.connect();
  try {
    await client.query('SELECT pg_advisory_lock($1)', [ADVISORY_LOCK.toString()]);
    return await work(client);
  } finally {
    // Closing the connection also gives the lock back.
    await client.end();
  }
}

async function withDataSource<T>(url: string, work: (dataSource: DataSource) => Promise<T>): Promise<T> {
  const classes: (new () => MigrationInterface)[] = [...migrations];
  const dataSource = new DataSource({
    type: 'postgres',
    url,
    migrations: classes,
    migrationsTableName: MIGRATIONS_TABLE,
    installExtensions: false,
    poolSize: 2,
  });
  await dataSource.initialize();
  try {
    return await work(dataSource);
  } finally {
    await dataSource.destroy();
  }
}
