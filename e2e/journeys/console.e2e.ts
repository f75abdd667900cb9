import { orThrow } from '@graft/client';
import type { Page } from '@playwright/test';
import { signIn } from '../platform/browser.js';
import { expect, test } from '../platform/fixtures.js';
import { poll } from '../platform/poll.js';

const everything = { page: 1, perPage: 200 };

/** What the browser complains about from now on. Before somebody signs in, the page asks who they are and is told 401. */
function complaints(page: Page): string[] {
  const heard: string[] = [];
  page.on('pageerror', (error) => heard.push(String(error)));
  page.on('console', (message) => {
    if (message.type() === 'error') heard.push(message.text());
  });
  return heard;
}

const visit = async (page: Page, name: string): Promise<void> => {
  await page.getByRole('navigation').getByRole('link', { name }).first().click();
  await expect(page.getByRole('heading', { level: 1, name })).toBeVisible();
  await expect(page.getByText('This page broke')).toHaveCount(0);
};

test('a wrong password is refused in words, and the page says nothing about which part was wrong', async ({
  graft,
  page,
}) => {
  await page.goto(graft.url);
  await page.getByLabel('E-mail').fill('nobody@example.org');
  await page.getByLabel('Password').fill('not the password');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await expect(page.getByRole('alert').first()).toBeVisible();
  await expect(page.getByRole('alert').first()).not.toContainText(/unknown|no such/i);
});

test('an admin finds every part of the workspace', async ({ graft, page }) => {
  await signIn(page, graft, 'admin');
  const heard = complaints(page);
  for (const name of [
    'Datasets',
    'Experiments',
    'Spaces',
    'Models',
    'Visual search',
    'Endpoints',
    'Rollouts',
    'Sandboxes',
    'People',
    'Tokens',
    'Audit',
  ]) {
    await visit(page, name);
  }
  expect(heard).toEqual([]);
});

test('a researcher sees what is theirs and no administration', async ({ graft, page }) => {
  await signIn(page, graft, 'researcher');
  for (const name of ['Datasets', 'Experiments', 'Spaces', 'Models', 'Visual search', 'Endpoints', 'Rollouts'])
    await visit(page, name);
  await expect(page.getByRole('navigation').getByRole('link', { name: 'People' })).toHaveCount(0);
  await expect(page.getByRole('navigation').getByRole('link', { name: 'Audit' })).toHaveCount(0);
});

test('a dataset shows its pictures and the rows that were refused', async ({ graft, researcher, page }) => {
  const datasets = await orThrow(researcher.GET('/api/datasets', { params: { query: everything } }));
  const catalogue = datasets.items.find(({ name }) => name === 'catalogue');
  await signIn(page, graft, 'researcher');
  await page.goto(`${graft.url}/#/datasets/${catalogue?.id}/show`);
  await poll(
    'a picture that was really drawn',
    async () => {
      const widths = await page
        .locator('img[src*="/picture"]')
        .evaluateAll((images) => images.map((image) => (image as HTMLImageElement).naturalWidth));
      return widths.some((width) => width > 0) ? true : undefined;
    },
    20_000,
  );
});

test('a researcher launches an experiment from the form and watches it end', async ({ graft, researcher, page }) => {
  await signIn(page, graft, 'researcher');
  await page.goto(`${graft.url}/#/experiments/create`);
  await page.getByRole('button', { name: /Refresh stored vectors/ }).click();
  await page.getByRole('tab', { name: 'YAML' }).click();
  const spec = [
    'name: from-the-console',
    'seed: 3',
    'steps:',
    '  - name: vectors',
    '    recipe: embed',
    '    parameters: { dataset: "dataset:catalogue", encoder: "model:catalogue-encoder@1", previous: "snapshot:latest" }',
  ].join('\n');
  await page.getByLabel(/Experiment as YAML/).fill(spec);
  await page.getByRole('tab', { name: 'Form' }).click();
  await page.getByRole('button', { name: 'Launch', exact: true }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'from-the-console' })).toBeVisible();
  await expect(page.getByText('succeeded').first()).toBeVisible({ timeout: 90_000 });
  const snapshots = await orThrow(researcher.GET('/api/snapshots', { params: { query: everything } }));
  expect(snapshots.items.some(({ itemCount, reusedCount }) => itemCount === reusedCount)).toBe(true);
});

test('an impossible reference is refused beside its field before anything runs', async ({ researcher }) => {
  const { error, response } = await researcher.POST('/api/experiments', {
    body: {
      name: 'impossible',
      steps: [
        { name: 'vectors', recipe: 'embed', parameters: { dataset: 'dataset:nowhere', encoder: 'step:missing' } },
      ],
    },
  });
  expect(response.status).toBe(422);
  const fields = ((error as { errors?: { field: string }[] } | undefined)?.errors ?? []).map(({ field }) => field);
  expect(fields.join(' ')).toContain('encoder');
});

test('the report draws the curves over images a request', async ({ graft, researcher, page }) => {
  const runs = await orThrow(researcher.GET('/api/runs', { params: { query: everything } }));
  const compare = runs.items.find(({ recipe }) => recipe === 'evaluate');
  await signIn(page, graft, 'researcher');
  const heard = complaints(page);
  await page.goto(`${graft.url}/#/runs/${compare?.id}/report`);
  await expect(page.getByText(/shuffled/i).first()).toBeVisible();
  await expect(page.locator('svg path').first()).toBeVisible();
  expect(heard).toEqual([]);
});
