import { GraftProblem, type GraftClient, orThrow } from '@graft/client';
import { signIn } from '../platform/browser.js';
import { expect, test } from '../platform/fixtures.js';

const everything = { page: 1, perPage: 200 };

const tagger = async (client: GraftClient) => {
  const models = await orThrow(client.GET('/api/models', { params: { query: everything } }));
  const model = models.items.find(({ name }) => name === 'tagger');
  if (model === undefined) throw new Error('the main job registered no model named tagger');
  const versions = await orThrow(
    client.GET('/api/model-versions', { params: { query: { ...everything, modelId: model.id } } }),
  );
  const champion = model.aliases.find(({ alias }) => alias === 'champion')?.versionId ?? null;
  return { model, versions: versions.items, champion };
};

const problemOf = async (call: Promise<unknown>): Promise<GraftProblem> => {
  try {
    await call;
  } catch (error) {
    if (error instanceof GraftProblem) return error;
    throw error;
  }
  throw new Error('expected a refusal, but it was allowed');
};

test.describe.configure({ mode: 'serial' });

test('no door moves champion directly', async ({ graft, admin, researcher, page }) => {
  const { model, versions, champion } = await tagger(admin);
  const other = versions.find(({ id }) => id !== champion);
  for (const client of [admin, researcher]) {
    const refused = await problemOf(
      orThrow(
        client.PUT('/api/models/{id}/aliases/{alias}', {
          params: { path: { id: model.id, alias: 'champion' } },
          body: { versionId: other?.id ?? '' },
        }),
      ),
    );
    expect(refused.code).toBe('champion-protected');
  }
  const command = await graft.graft(['alias', 'set', 'tagger@champion', String(other?.version)], 'admin');
  expect(command.code).toBe(1);
  expect(command.stderr).toContain('rollout');

  await signIn(page, graft, 'admin');
  await page.goto(`${graft.url}/#/models/${model.id}/show`);
  await page
    .getByRole('row', { name: /champion protected/ })
    .getByRole('button', { name: 'Move' })
    .click();
  await page.getByRole('dialog').getByRole('button', { name: 'Move' }).click();
  await expect(page.getByRole('dialog').getByRole('button', { name: 'Request a rollout instead' })).toBeVisible();
  expect((await tagger(admin)).champion).toBe(champion);
});

test('the requester cannot approve: not by API, not by the command line, not in the console', async ({
  graft,
  researcher,
  admin,
  page,
}) => {
  const { versions, champion } = await tagger(researcher);
  const candidate = versions.find(({ id }) => id !== champion);
  const rollout = await orThrow(
    researcher.POST('/api/rollouts', {
      body: { modelVersionId: candidate?.id ?? '', reason: 'e2e: back to another version' },
    }),
  );
  const refused = await problemOf(
    orThrow(
      researcher.POST('/api/rollouts/{id}/approve', {
        params: { path: { id: rollout.id } },
        body: { comment: 'mine' },
      }),
    ),
  );
  expect(refused.status).toBe(403);
  expect((await graft.graft(['rollout', 'approve', rollout.id, '--comment', 'mine'])).code).toBe(1);

  await signIn(page, graft, 'researcher');
  await page.goto(`${graft.url}/#/rollouts/${rollout.id}/show`);
  await expect(page.getByText('e2e: back to another version').first()).toBeVisible();
  await expect(page.getByRole('button', { name: /^approve$/i })).toHaveCount(0);

  const asked = await orThrow(admin.GET('/api/rollouts/{id}', { params: { path: { id: rollout.id } } }));
  expect(asked.state).toBe('requested');
  const audit = await orThrow(
    admin.GET('/api/audit', { params: { query: { ...everything, action: 'rollouts.approve' } } }),
  );
  expect(audit.items.some(({ outcome, resourceId }) => outcome === 'refused' && resourceId === rollout.id)).toBe(true);
});

test('an admin approves in the console, champion moves, and one action brings it back', async ({
  graft,
  admin,
  page,
}) => {
  const before = await tagger(admin);
  const open = await orThrow(admin.GET('/api/rollouts', { params: { query: { ...everything, state: 'requested' } } }));
  const rollout = open.items[0];
  await signIn(page, graft, 'admin');
  await page.goto(`${graft.url}/#/rollouts/${rollout?.id}/show`);
  await page.getByRole('button', { name: /^approve/i }).click();
  await page.getByRole('dialog').getByRole('textbox').first().fill('read the evidence');
  await page
    .getByRole('dialog')
    .getByRole('button', { name: /^approve/i })
    .click();
  await expect(page.getByRole('button', { name: /roll back/i })).toBeVisible();
  expect((await tagger(admin)).champion).toBe(rollout?.candidate.id);

  const back = await graft.graft(['rollout', 'rollback', rollout?.id ?? '', '--reason', 'e2e'], 'admin');
  expect(back.code, back.stderr).toBe(0);
  expect((await tagger(admin)).champion).toBe(before.champion);
});
