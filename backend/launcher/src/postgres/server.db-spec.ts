import pg from 'pg';
import { expect, inject, test } from 'vitest';

test('the server answers and knows the contrib extensions Graft may use', async () => {
  const client = new pg.Client(inject('postgresUrl'));
  await client.connect();
  const { rows } = await client.query<{ name: string }>('select name from pg_available_extensions');
  await client.end();
  expect(rows.map((row) => row.name)).toEqual(expect.arrayContaining(['pgcrypto', 'pg_trgm']));
});
