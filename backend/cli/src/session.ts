import type { Command } from 'commander';
import { connect, type GraftClient } from './api.js';
import { readCredentials } from './credentials.js';
import { environment } from './environment.js';
import { exitCodes, UsageError, type Verdict } from './exit-codes.js';
import { Output, type Sink } from './terminal/output.js';

export interface Terminal {
  out: Sink;
  err: Sink;
}

/** Who asks where, and where the answer goes. */
export interface Session {
  api: GraftClient;
  url: string;
  token: string;
  output: Output;
}

export const defaultUrl = 'http://127.0.0.1:3000';

/** Options every command understands. */
export const withConnection = (command: Command): Command =>
  command
    .option('--url <address>', `address of the platform (GRAFT_URL; default ${defaultUrl})`)
    .option('--token <token>', 'API token (GRAFT_TOKEN; else the one kept by `graft login`)')
    .option('--json', 'one JSON document on standard output, progress on standard error');

interface ConnectionOptions {
  url?: string;
  token?: string;
  json?: boolean;
}

export const outputOf = (command: Command, terminal: Terminal): Output =>
  new Output(terminal.out, terminal.err, command.optsWithGlobals<ConnectionOptions>().json === true);

export async function openSession(command: Command, terminal: Terminal): Promise<Session> {
  const options = command.optsWithGlobals<ConnectionOptions>();
  const kept = await readCredentials(environment.configFolder);
  const url = options.url ?? environment.url ?? kept?.url ?? defaultUrl;
  // A kept token goes only to the address it was kept for.
  const token = options.token ?? environment.token ?? (kept?.url === url ? kept.token : undefined);
  if (token === undefined)
    throw new UsageError(
      `token: expected --token, GRAFT_TOKEN or a log-in at ${url}, found none; make a token in the console under Tokens, then run graft login --url ${url}`,
    );
  return { url, token, api: connect(url, token), output: outputOf(command, terminal) };
}

/** What a command may end with: a verdict for CI, or nothing, which is a pass. */
export type Ending = Verdict | void;
export const exitCodeOf = (ending: Ending): number => exitCodes[ending ?? 'pass'];

/** One command as it was called. */
export interface Invocation {
  command: Command;
  output: Output;
  terminal: Terminal;
}

type Action = (...args: unknown[]) => Promise<void>;

/** How a file of commands adds itself: each turns a handler into a commander action that prints problems and sets the exit code. */
export interface Registrar {
  program: Command;
  /** For commands that need nobody signed in. */
  run<A extends unknown[]>(handler: (invocation: Invocation, ...args: A) => Promise<Ending>): Action;
  serve<A extends unknown[]>(handler: (session: Session, ...args: A) => Promise<Ending>): Action;
}
