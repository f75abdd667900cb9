import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { TestProject } from 'vitest/node';
import { startPostgres } from './postgres/index.js';

declare module 'vitest' {
  interface ProvidedContext {
    /** URL of a throw-away server whose role may create databases: one per test file keeps the files apart. */
    postgresUrl: string;
  }
}

/** A vitest `globalSetup`: one server without durability for the whole run; tests read `inject('postgresUrl')`. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const dataDir = mkdtempSync(path.join(tmpdir(), 'graft-test-pg-'));
  const server = await startPostgres({ dataDir, fast: true });
  project.provide('postgresUrl', server.url);
  return async () => {
    await server.stop();
    rmSync(dataDir, { recursive: true, force: true });
  };
}
