import { defineConfig } from 'vitest/config';

/** Tests against a real PostgreSQL that the launcher starts for the run. */
export default defineConfig({
  test: {
    include: ['src/**/*.db-spec.ts'],
    environment: 'node',
    setupFiles: ['reflect-metadata'],
    globalSetup: ['../launcher/src/postgres-for-vitest.ts'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    maxWorkers: 2,
  },
});
