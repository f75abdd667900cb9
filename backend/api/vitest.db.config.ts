import { defineConfig } from 'vitest/config';

/** Tests against a real, migrated PostgreSQL: TEST_DATABASE_URL where it is set, else one that is started for the run. */
export default defineConfig({
  test: {
    include: ['src/**/*.db-spec.ts'],
    environment: 'node',
    setupFiles: ['reflect-metadata'],
    globalSetup: ['src/testing/global-setup.ts'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    maxWorkers: 2,
  },
});
