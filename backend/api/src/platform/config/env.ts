import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';

/** The root of the repository or image: this file runs as `<root>/backend/api/dist/platform/config/env.js`. */
const APP_ROOT = path.resolve(fileURLToPath(import.meta.url), '../../../../../..');

const port = z.coerce.number().int().min(1).max(65_535);

/** Every variable the backend reads. `meta.secret` keeps a value out of listings and logs. */
export const Environment = z.object({
  DATABASE_URL: z
    .string()
    .regex(/^postgres(ql)?:\/\//, 'expected postgres://user:password@host:port/database')
    .describe('PostgreSQL: the truth, and the queue too where REDIS_URL is not set')
    .meta({ secret: true }),
  REDIS_URL: z
    .string()
    .regex(/^rediss?:\/\//, 'expected redis://host:port')
    .optional()
    .describe('Runs the queue on Redis')
    .meta({ secret: true }),
  GRAFT_HOME: z.string().optional().describe('Folder of everything kept on disk; default <root>/.graft'),
  GRAFT_HOST: z.string().default('127.0.0.1').describe('Address the api listens on'),
  GRAFT_PORT: port.default(3000).describe('Port of the api, the console and, by proxy, the gateway'),
  GRAFT_GATEWAY_PORT: port.optional().describe('Port of the gateway on this machine; default GRAFT_PORT + 1'),
  GRAFT_PUBLIC_URL: z.url().optional().describe('Address people type; https makes the session cookie Secure'),
  GRAFT_APP_ROOT: z.string().default(APP_ROOT).describe('Folder that holds console/dist and sandboxes/*'),
  GRAFT_CODE_REVISION: z
    .string()
    .default('unknown')
    .describe('Revision written into the lineage of every model version'),
  GRAFT_ADMIN_EMAIL: z.string().optional().describe('E-mail of the first admin; default admin@graft.local'),
  GRAFT_ADMIN_PASSWORD: z
    .string()
    .optional()
    .describe('Password of the first admin; generated when absent')
    .meta({ secret: true }),
  GRAFT_ADMIN_TOKEN: z
    .string()
    .optional()
    .describe('Set-up only: the local admin token that exists already')
    .meta({ secret: true }),
  GRAFT_RESEARCHER_TOKEN: z
    .string()
    .optional()
    .describe('Set-up only: the local researcher token that exists already')
    .meta({ secret: true }),
  GRAFT_ALLOW_UNSANDBOXED: z
    .stringbool()
    .default(false)
    .describe('For development only: runs recipes as plain processes where no sandbox can be built'),
  LOG_LEVEL: z
    .enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'])
    .default('info')
    .describe('Least severe level that is logged'),
});

export type ProcessKind = 'api' | 'worker' | 'gateway' | 'setup';

/** The settings of this process, parsed once at boot and frozen. Also the injection token. */
export abstract class Config {
  /** Which of the entries this process is: processors, schedules and event handlers run in `worker` only. */
  abstract readonly process: ProcessKind;
  abstract readonly databaseUrl: string;
  abstract readonly redisUrl: string | undefined;
  abstract readonly home: string;
  abstract readonly host: string;
  abstract readonly port: number;
  abstract readonly gatewayPort: number;
  abstract readonly publicUrl: string;
  abstract readonly appRoot: string;
  abstract readonly codeRevision: string;
  abstract readonly adminEmail: string;
  abstract readonly adminPassword: string | undefined;
  abstract readonly adminToken: string | undefined;
  abstract readonly researcherToken: string | undefined;
  abstract readonly allowUnsandboxed: boolean;
  abstract readonly logLevel: z.infer<typeof Environment>['LOG_LEVEL'];
}

/** @throws Error that lists every wrong variable with what was expected */
export function loadConfig(kind: ProcessKind, source: NodeJS.ProcessEnv = process.env): Config {
  const present = Object.fromEntries(Object.entries(source).filter(([, value]) => value !== ''));
  const parsed = Environment.safeParse(present);
  if (!parsed.success) {
    const lines = parsed.error.issues.map((issue) => `  ${issue.path.join('.')}: ${issue.message}`);
    throw new Error(`The environment is not usable. Set these variables and start again:\n${lines.join('\n')}`);
  }
  const env = parsed.data;
  return Object.freeze({
    process: kind,
    databaseUrl: env.DATABASE_URL,
    redisUrl: env.REDIS_URL,
    home: path.resolve(env.GRAFT_HOME ?? path.join(env.GRAFT_APP_ROOT, '.graft')),
    host: env.GRAFT_HOST,
    port: env.GRAFT_PORT,
    gatewayPort: env.GRAFT_GATEWAY_PORT ?? env.GRAFT_PORT + 1,
    publicUrl: env.GRAFT_PUBLIC_URL ?? addressOf(env.GRAFT_HOST, env.GRAFT_PORT),
    appRoot: env.GRAFT_APP_ROOT,
    codeRevision: env.GRAFT_CODE_REVISION,
    adminEmail: env.GRAFT_ADMIN_EMAIL ?? 'admin@graft.local',
    adminPassword: env.GRAFT_ADMIN_PASSWORD,
    adminToken: env.GRAFT_ADMIN_TOKEN,
    researcherToken: env.GRAFT_RESEARCHER_TOKEN,
    allowUnsandboxed: env.GRAFT_ALLOW_UNSANDBOXED,
    logLevel: env.LOG_LEVEL,
  });
}

/** An address of IP version 6 stands in brackets, or its colons would be read as a port. */
function addressOf(host: string, port: number): string {
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
}
