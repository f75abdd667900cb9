import path from 'node:path';
import { runTool } from './owned-process.js';
import type { LocalTokens } from './set-up.js';
import type { Workplace } from './workplace.js';

export interface GraftCommandOptions {
  place: Workplace;
  url: string;
  tokens: LocalTokens | undefined;
  signal: AbortSignal;
}

/** Runs the `graft` command line with this terminal as its own. What the caller's environment names wins over the defaults. */
export async function runGraftCommand(args: readonly string[], options: GraftCommandOptions): Promise<number> {
  const { place, url, tokens, signal } = options;
  const defaults = {
    GRAFT_URL: url,
    ...(tokens === undefined ? {} : { GRAFT_TOKEN: tokens.researcher, GRAFT_ADMIN_TOKEN: tokens.admin }),
  };
  return await runTool(process.execPath, [path.join(place.root, 'backend/cli/dist/main.js'), ...args], {
    // npm changes into the checkout; a file named on the command line means where the person stands.
    cwd: place.environment.INIT_CWD ?? process.cwd(),
    env: { ...defaults, ...place.environment, GRAFT_HOME: place.home },
    stdio: ['ignore', 'inherit', 'inherit'],
    signal,
  });
}
