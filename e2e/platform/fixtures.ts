import { test as base } from '@playwright/test';
import { createGraftClient, type GraftClient } from '@graft/client';
import { Instance } from './instance.js';

interface Workplace {
  /** A Graft on which the small main job has run to its end. */
  graft: Instance;
  researcher: GraftClient;
  admin: GraftClient;
}

/** One platform for all journeys of a test run: they look at one workspace in turn, as people do. */
export const test = base.extend<object, Workplace>({
  graft: [
    // eslint-disable-next-line no-empty-pattern -- Playwright reads the names of the fixtures from this pattern
    async ({}, use) => {
      const graft = await Instance.start();
      try {
        const job = await graft.graft(['bench', 'main-job', '--data', 'small', '--json']);
        if (job.code !== 0) throw new Error(`the small main job ended with ${job.code}:\n${job.stderr}\n${job.stdout}`);
        await use(graft);
      } finally {
        await graft.remove();
      }
    },
    { scope: 'worker', timeout: 600_000 },
  ],
  researcher: [
    async ({ graft }, use) => use(createGraftClient({ baseUrl: graft.url, token: graft.facts.tokens.researcher })),
    { scope: 'worker' },
  ],
  admin: [
    async ({ graft }, use) => use(createGraftClient({ baseUrl: graft.url, token: graft.facts.tokens.admin })),
    { scope: 'worker' },
  ],
});

export { expect } from '@playwright/test';
