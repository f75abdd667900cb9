import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';

const apiAddress = 'http://127.0.0.1:3000';

export default defineConfig({
  plugins: [react()],
  build: { outDir: 'dist', target: 'es2022', chunkSizeWarningLimit: 2500 },
  server: { proxy: { '/api': apiAddress } },
  test: { environment: 'jsdom', include: ['src/**/*.test.{ts,tsx}'], setupFiles: ['src/test-setup.ts'] },
});
