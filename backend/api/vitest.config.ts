import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['src/**/*.spec.ts', 'src/**/*.auth-spec.ts'],
    environment: 'node',
    setupFiles: ['reflect-metadata'],
  },
});
