import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { poll } from './poll.js';

export const root = path.resolve(import.meta.dirname, '../..');
export const bootstrap = path.join(root, 'backend/launcher/bootstrap.mjs');

export interface ReadyFacts {
  url: string;
  adminEmail: string;
  adminPassword?: string;
  tokens: { researcher: string; admin: string };
  processes: Record<string, number>;
}

/** A real Graft of its own: started as a user starts it, with a home in a temporary folder and a free port. */
export class Instance {
  private constructor(
    readonly home: string,
    readonly port: number,
    readonly facts: ReadyFacts,
    private readonly launcher: ChildProcess,
    /** Everything the launcher printed. */
    readonly printed: string[],
  ) {}

  get url(): string {
    return this.facts.url;
  }

  static async start(options: { home?: string; port?: number } = {}): Promise<Instance> {
    const home = options.home ?? mkdtempSync(path.join(tmpdir(), 'graft-e2e-'));
    const port = options.port ?? (await freePort());
    const { launcher, printed } = launch(['start', '--no-demo', '--json-ready'], {
      GRAFT_HOME: home,
      GRAFT_PORT: String(port),
    });
    const ended = new Promise<never>((_resolve, reject) =>
      launcher.once('exit', (code) => reject(new Error(`the launcher ended with ${code}:\n${printed.join('\n')}`))),
    );
    ended.catch(() => undefined);
    const ready = poll(
      'the ready line',
      async () => {
        const line = printed.find((each) => each.startsWith('{"ready":'));
        return line === undefined ? undefined : (JSON.parse(line) as { ready: ReadyFacts }).ready;
      },
      180_000,
    );
    return new Instance(home, port, await Promise.race([ready, ended]), launcher, printed);
  }

  /** Process ids as of now: a process that was killed comes back under another one. */
  processes(): Record<string, number> {
    const record = JSON.parse(readFileSync(path.join(this.home, 'launcher.json'), 'utf8')) as {
      processes: Record<string, string>;
    };
    return Object.fromEntries(
      Object.entries(record.processes).map(([name, identity]) => [name, Number(identity.split(' ')[0])]),
    );
  }

  get launcherPid(): number {
    return this.launcher.pid ?? 0;
  }

  /** Ctrl-C. @returns the launcher's exit code */
  async stop(): Promise<number | null> {
    if (this.launcher.exitCode !== null) return this.launcher.exitCode;
    const code = new Promise<number | null>((resolve) => this.launcher.once('exit', resolve));
    this.launcher.kill('SIGINT');
    return await code;
  }

  async remove(): Promise<void> {
    await this.stop();
    rmSync(this.home, { recursive: true, force: true, maxRetries: 5 });
  }

  /** Runs `graft` to its end. */
  graft(args: string[], token: 'researcher' | 'admin' = 'researcher'): Promise<CommandResult> {
    return runCommand([path.join(root, 'backend/cli/dist/main.js'), ...args], {
      GRAFT_URL: this.url,
      GRAFT_TOKEN: this.facts.tokens[token],
      GRAFT_ADMIN_TOKEN: this.facts.tokens.admin,
      GRAFT_HOME: this.home,
    });
  }
}

export interface CommandResult {
  code: number | null;
  stdout: string;
  stderr: string;
}

export function launch(
  args: string[],
  environment: Record<string, string>,
): { launcher: ChildProcess; printed: string[] } {
  const launcher = spawn(process.execPath, [bootstrap, ...args], {
    cwd: root,
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const printed: string[] = [];
  for (const stream of [launcher.stdout, launcher.stderr])
    createInterface({ input: stream }).on('line', (line) => printed.push(line));
  return { launcher, printed };
}

export async function runCommand(args: string[], environment: Record<string, string>): Promise<CommandResult> {
  const child = spawn(process.execPath, args, {
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { code, stdout, stderr };
}

export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no port was given');
  return address.port;
}
