import { createHash } from 'node:crypto';
import { createServer, type Server } from 'node:net';

/**
 * Makes sure that one process only writes and ships a log folder: a second would take the first one's open segment for a dead one. The lock is
 * a Linux abstract socket, which no crash can leave behind.
 * @throws Error when another process holds the folder
 */
export async function becomeSoleWriter(folder: string): Promise<Server> {
  const name = `\0graft-wal-${createHash('sha256').update(folder).digest('hex')}`;
  const server = createServer((socket) => socket.destroy());
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      reject(
        error.code === 'EADDRINUSE'
          ? new Error(`Another gateway writes to ${folder}. Stop it, or give this one another GRAFT_HOME.`)
          : error,
      ),
    );
    server.listen(name, resolve);
  });
  server.unref();
  return server;
}
