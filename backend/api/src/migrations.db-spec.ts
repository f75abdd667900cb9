import { MIGRATIONS_TABLE, migrate, migrations, revertAll } from '@graft/migrations';
import { DataSource } from 'typeorm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestApp, type TestApp } from './testing/app.js';
import { useDatabase } from './testing/database.js';

describe('migrations', () => {
  const database = useDatabase({ migrated: false });

  it('go up, all the way down, and up again', async () => {
    expect(await migrate(database.url)).toEqual(migrations.map((migration) => migration.name));
    await revertAll(database.url);
    const left = await database.query('SELECT tablename FROM pg_tables WHERE schemaname = $1 AND tablename <> $2', [
      'public',
      MIGRATIONS_TABLE,
    ]);
    expect(left).toEqual([]);
    expect(await migrate(database.url)).toHaveLength(migrations.length);
  });

  it('can be started by several at once', async () => {
    const applied = await Promise.all([migrate(database.url), migrate(database.url)]);
    expect(applied).toEqual([[], []]);
  });
});

describe('entities', () => {
  const database = useDatabase();
  let testApp: TestApp;
  beforeAll(async () => {
    testApp = await startTestApp(database.url);
  });
  afterAll(() => testApp.close());

  it('describe the migrated database exactly', async () => {
    const log = await testApp.app.get(DataSource).driver.createSchemaBuilder().log();
    expect(log.upQueries.map((change) => change.query)).toEqual([]);
  });
});
