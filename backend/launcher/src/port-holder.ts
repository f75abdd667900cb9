import { once } from 'node:events';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { createServer } from 'node:net';
import { Refusal } from './refusal.js';

/** @throws Refusal that names the port, who holds it where that can be known, and the way out */
export async function assertPortFree(host: string, port: number, variable: string): Promise<void> {
  const server = createServer();
  try {
    server.listen(port, host);
    await once(server, 'listening');
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'EADDRINUSE') {
      const holder = holderOf(port);
      throw new Refusal(
        `Port ${port} is taken${holder === undefined ? '' : ` by ${holder}`}. Stop that program, or use another port: ${variable}=${port + 10} npm start`,
      );
    }
    if (code === 'EACCES') {
      throw new Refusal(
        `Port ${port} needs more rights than this user has. Use one above 1023: ${variable}=3000 npm start`,
      );
    }
    throw new Refusal(`${host}:${port} cannot be listened on (${code}). Set GRAFT_HOST to an address of this machine.`);
  }
  server.close();
  await once(server, 'close');
}

/** `process pid, command line` of whoever listens on the port, as far as /proc tells this user. */
export function holderOf(port: number): string | undefined {
  const inode = listeningInode(port);
  if (inode === undefined) return undefined;
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      const holds = readdirSync(`/proc/${pid}/fd`).some(
        (fd) => readlinkSync(`/proc/${pid}/fd/${fd}`) === `socket:[${inode}]`,
      );
      if (holds)
        return `process ${pid} (${readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim().slice(0, 120)})`;
    } catch {
      // Another user's process, or gone meanwhile.
    }
  }
  return undefined;
}

function listeningInode(port: number): string | undefined {
  const wanted = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  const listening = '0A';
  for (const table of ['/proc/net/tcp', '/proc/net/tcp6']) {
    try {
      for (const line of readFileSync(table, 'utf8').split('\n').slice(1)) {
        const fields = line.trim().split(/\s+/);
        if (fields[1]?.endsWith(wanted) && fields[3] === listening) return fields[9];
      }
    } catch {
      // No /proc here.
    }
  }
  return undefined;
}
