import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: { include: ['src/**/*.db-spec.ts'], globalSetup: '@graft/launcher/postgres-for-vitest', testTimeout: 30_000 },
});
