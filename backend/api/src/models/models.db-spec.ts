import { afterAll, beforeAll, expect, it } from 'vitest';
import { startTestApp, type TestApp } from '../testing/app.js';
import { useDatabase } from '../testing/database.js';
import { insertModel } from '../testing/model-rows.js';

const database = useDatabase();
let app: TestApp;

beforeAll(async () => {
  app = await startTestApp(database.url);
});
afterAll(() => app.close());

it('refuses an alias of digits, which would hide behind the version of that number', async () => {
  const { modelId, versionIds } = await insertModel(database, 'tagger', 1);
  const headers = await app.signedIn('admin');
  const setAlias = (alias: string) =>
    app.app.inject({
      method: 'PUT',
      url: `/api/models/${modelId}/aliases/${alias}`,
      headers,
      payload: { versionId: versionIds[0] },
    });
  for (const alias of ['3', '007'])
    expect((await setAlias(alias)).json()).toMatchObject({ status: 422, errors: [{ field: 'alias', found: alias }] });
  expect((await setAlias('v3')).json()).toMatchObject({ aliases: [{ alias: 'v3' }] });
});
