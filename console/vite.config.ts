import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';

const apiAddress = 'http://127.0.0.1:3000';

export default defineConfig({
  plugins: [react()],
  build: { outDir: 'dist', target: 'es2022', chunkSizeWarningLimit: 2500 },
  server: { proxy: { '/api': apiAddress } },
  // Tests of components (.tsx) ask for jsdom themselves; the rest need no browser and start sooner without one. The first page that is
  // drawn loads everything: seconds on an idle machine, more on a busy one.
  test: { environment: 'node', isolate: false, include: ['src/**/*.test.{ts,tsx}'], testTimeout: 30_000 },
});
