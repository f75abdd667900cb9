import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { expect, test } from 'vitest';
import { assertPortFree } from './port-holder.js';

test('a taken port is refused by number, with its holder and the way out', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const refused = assertPortFree('127.0.0.1', port, 'GRAFT_PORT');
  await expect(refused).rejects.toThrow(
    new RegExp(`^Port ${port} is taken by process ${process.pid} \\(.+GRAFT_PORT=${port + 10} npm start$`),
  );
  server.close();
  await once(server, 'close');
  await assertPortFree('127.0.0.1', port, 'GRAFT_PORT');
});
