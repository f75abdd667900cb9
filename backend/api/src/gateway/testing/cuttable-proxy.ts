import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** A TCP hop to PostgreSQL that a test can cut and mend: a database that goes away and comes back. */
export async function startCuttableProxy(databaseUrl: string) {
  const { hostname, port } = new URL(databaseUrl);
  const sockets = new Set<Socket>();
  let cut = false;
  const server = createServer((near) => {
    if (cut) {
      near.destroy();
      return;
    }
    const far = connect({ host: hostname, port: Number(port) });
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        sockets.delete(socket);
        other.destroy();
      });
      socket.pipe(other);
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = new URL(databaseUrl);
  address.hostname = '127.0.0.1';
  address.port = String((server.address() as AddressInfo).port);
  const drop = () => sockets.forEach((socket) => socket.destroy());
  return {
    url: address.href,
    cut(): void {
      cut = true;
      drop();
    },
    mend(): void {
      cut = false;
    },
    close(): Promise<void> {
      drop();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}
