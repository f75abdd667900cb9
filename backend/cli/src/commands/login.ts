import { createInterface } from 'node:readline/promises';
import { answer, connect } from '../api.js';
import { removeCredentials, writeCredentials } from '../credentials.js';
import { environment } from '../environment.js';
import { UsageError } from '../exit-codes.js';
import { defaultUrl, withConnection, type Registrar, type Terminal } from '../session.js';

/** Asked for on standard input, so that it stands in no shell history and no list of processes. */
async function askForToken(terminal: Terminal): Promise<string> {
  terminal.err.write('API token (console, Tokens, Create): ');
  const lines = createInterface({ input: process.stdin, terminal: false });
  for await (const line of lines) {
    lines.close();
    return line.trim();
  }
  throw new UsageError('token: expected one line on standard input, found none; or give --token');
}

export function registerLogin({ program, run }: Registrar): void {
  withConnection(program.command('login'))
    .description('check an API token and keep it for later commands, readable by you only')
    .action(
      run(async ({ output, terminal }, options: { url?: string; token?: string }) => {
        const url = options.url ?? environment.url ?? defaultUrl;
        const token = options.token ?? environment.token ?? (await askForToken(terminal));
        const session = await answer(connect(url, token).GET('/api/sessions/current'));
        const file = await writeCredentials(environment.configFolder, { url, token });
        output.result({ ...session, url, file }, () => [
          `signed in at ${url} as ${session.user.email} (${session.user.role}); the token is kept in ${file}`,
        ]);
      }),
    );

  program
    .command('logout')
    .description('forget the kept token (it stays valid until it is revoked in the console)')
    .action(
      run(async ({ output }) => {
        await removeCredentials(environment.configFolder);
        output.result({ forgotten: true }, () => ['the kept token is forgotten']);
      }),
    );
}
