import 'reflect-metadata';
import { parseArgs } from 'node:util';
import { NestFactory } from '@nestjs/core';
import { AppModule } from './app.module.js';
import { FirstAdmin, LocalTokens, type Role, roles } from './identity/index.js';

/**
 * Set-up on the server itself, by whoever can read its database. Prints one line of JSON.
 *
 *   node dist/setup.js
 *     Makes the first admin where there is none, and tokens for the commands of this machine.
 *     -> {"adminEmail", "adminPassword"?, "tokens": {"admin", "researcher"}}; the password only when it was made now
 *   node dist/setup.js --token ci --scopes experiments:*,datasets:read --email ci@example.com [--role researcher]
 *     Makes a token, and the person where there is none. -> {"email", "token"}
 */
const { values } = parseArgs({
  options: {
    token: { type: 'string' },
    scopes: { type: 'string' },
    email: { type: 'string' },
    role: { type: 'string', default: 'researcher' },
  },
});

const app = await NestFactory.createApplicationContext(AppModule.forProcess('setup'), { logger: ['error', 'fatal'] });
try {
  console.log(JSON.stringify(values.token === undefined ? await setUp() : await mint(values.token)));
} finally {
  await app.close();
}

async function setUp(): Promise<object> {
  const admin = await app.get(FirstAdmin).ensure();
  const tokens = await app.get(LocalTokens).ensure(admin.email);
  return { adminEmail: admin.email, ...(admin.password === null ? {} : { adminPassword: admin.password }), tokens };
}

async function mint(name: string): Promise<object> {
  const { email, scopes, role } = values;
  if (email === undefined || scopes === undefined) throw new Error('--token also needs --email and --scopes');
  if (!(roles as readonly string[]).includes(role))
    throw new Error(`--role: expected ${roles.join(' or ')}, found ${role}`);
  return {
    email,
    token: await app.get(LocalTokens).mint({ name, email, role: role as Role, scopes: scopes.split(',') }),
  };
}
