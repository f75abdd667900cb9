import { defineConfig } from 'vitest/config';

/** Real models and pictures: seconds on an idle machine, more on a busy one. */
export default defineConfig({ test: { include: ['src/**/*.spec.ts'], testTimeout: 60_000, hookTimeout: 60_000 } });
