import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { spawnOwned } from './owned-process.js';
import { Refusal } from './refusal.js';
import type { Workplace } from './workplace.js';

export interface LocalTokens {
  admin: string;
  researcher: string;
}

/** What set-up answers: the password only when it made the first admin just now. */
export interface SetUpResult {
  adminEmail: string;
  adminPassword?: string;
  tokens: LocalTokens;
}

/** Makes the first admin where there is none yet and tokens for the commands of this machine; keeps the tokens below GRAFT_HOME. */
export async function setUp(place: Workplace, environment: NodeJS.ProcessEnv): Promise<SetUpResult> {
  const known = readLocalTokens(place.home);
  const setup = spawnOwned(process.execPath, [path.join(place.root, 'backend/api/dist/setup.js')], {
    cwd: place.root,
    env: {
      ...environment,
      LOG_LEVEL: 'silent',
      ...(known === undefined ? {} : { GRAFT_ADMIN_TOKEN: known.admin, GRAFT_RESEARCHER_TOKEN: known.researcher }),
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  let errors = '';
  setup.child.stdout?.on('data', (chunk: Buffer) => (output += chunk.toString()));
  setup.child.stderr?.on('data', (chunk: Buffer) => (errors += chunk.toString()));
  const code = await setup.exited;
  if (code !== 0)
    throw new Refusal(
      `The first admin could not be made (set-up ended with ${code}):\n${(errors || output).slice(-4000)}`,
    );
  const result = JSON.parse(output.trim().split('\n').at(-1) ?? '') as SetUpResult;
  const file = tokensFile(place.home);
  writeFileSync(file, JSON.stringify(result.tokens), { mode: 0o600 });
  chmodSync(file, 0o600);
  return result;
}

/** Tokens of the Graft on this home, for `npm run graft` on the same machine; undefined before its first start. */
export function readLocalTokens(home: string): LocalTokens | undefined {
  try {
    return JSON.parse(readFileSync(tokensFile(home), 'utf8')) as LocalTokens;
  } catch {
    return undefined;
  }
}

const tokensFile = (home: string): string => path.join(home, 'tokens.json');
