import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { AppModule } from '../app.module.js';
import { FirstAdmin, type Role, TokensService } from '../identity/index.js';
import { permissionsOf } from '../identity/permissions.js';
import { Config, loadConfig, type ProcessKind } from '../platform/config/env.js';
import { configureHttp, fastifyAdapter } from '../platform/http/fastify.js';

export interface TestApp {
  readonly app: NestFastifyApplication;
  readonly home: string;
  /** A new API token with every permission of the role, as an Authorization header. */
  signedIn(role: Role, email?: string): Promise<{ authorization: string }>;
  close(): Promise<void>;
}

/** The real application on a database, without listening: `app.inject({ method, url, headers, payload })` asks it. */
export async function startTestApp(
  databaseUrl: string,
  kind: ProcessKind = 'api',
  more: Record<string, string> = {},
): Promise<TestApp> {
  const home = await mkdtemp(path.join(tmpdir(), 'graft-api-test-'));
  const environment = {
    DATABASE_URL: databaseUrl,
    GRAFT_HOME: home,
    LOG_LEVEL: 'fatal',
    GRAFT_ADMIN_EMAIL: 'admin@test.example',
    GRAFT_ADMIN_PASSWORD: 'correct horse battery',
    ...more,
  };
  const module = await Test.createTestingModule({ imports: [AppModule.forProcess(kind)] })
    .overrideProvider(Config)
    .useValue(loadConfig(kind, environment))
    .compile();
  const app = module.createNestApplication<NestFastifyApplication>(fastifyAdapter(), { logger: false });
  await configureHttp(app);
  await app.init();
  await app.getHttpAdapter().getInstance().ready();
  return {
    app,
    home,
    async signedIn(role, email = `${role}@test.example`) {
      const person = await app.get(FirstAdmin).person(email, role);
      const { secret } = await app.get(TokensService).mint(person.id, { name: 'test', scopes: permissionsOf(role) });
      return { authorization: `Bearer ${secret}` };
    },
    async close() {
      await app.close();
      await rm(home, { recursive: true, force: true });
    },
  };
}
