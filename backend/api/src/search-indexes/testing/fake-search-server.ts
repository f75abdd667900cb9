import { createServer, type IncomingMessage } from 'node:http';

export interface FakeSearchServer {
  readonly socketPath: string;
  close(): Promise<void>;
}

/** Stands in for a search sandbox: every answer says by its items which server it came from, and text "wrong" and "busy" are refused. */
export async function startFakeSearchServer(
  socketPath: string,
  names: { snapshotId: string; spaceId: string },
): Promise<FakeSearchServer> {
  const server = createServer((request, response) => {
    void answer(request, names).then(({ status, body }) => {
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(JSON.stringify(body));
    });
  });
  await new Promise<void>((resolve) => server.listen(socketPath, resolve));
  return {
    socketPath,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function answer(
  request: IncomingMessage,
  { snapshotId, spaceId }: { snapshotId: string; spaceId: string },
): Promise<{ status: number; body: object }> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  if (request.url === '/gauges')
    return { status: 200, body: { searches: 3, refused: 1, p50Ms: 2, p95Ms: 4, recall10: 0.99, recallChecks: 1 } };
  const { text } = JSON.parse(Buffer.concat(chunks).toString('utf8')) as { text?: string };
  if (text === 'busy') return { status: 429, body: { error: 'full', field: '', expected: '', found: '' } };
  if (text === 'wrong')
    return { status: 422, body: { error: 'picture: broken', field: 'picture', expected: 'a picture', found: 'noise' } };
  const item = { id: `of-${snapshotId}`, score: 1, title: '', attributes: {}, duplicates: [] };
  return {
    status: 200,
    body: { snapshotId, spaceId, items: [item], approximate: false, candidates: 1, tookMs: 1 },
  };
}
