import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';

export interface FakeModelServer {
  readonly socketPath: string;
  /** Requests it answered. */
  readonly answered: number;
  close(): Promise<void>;
}

/** Stands in for a serve sandbox in tests: answers every inference on a unix socket with one output that says who answered. */
export async function startFakeModelServer(socketPath: string, label: string): Promise<FakeModelServer> {
  let answered = 0;
  const server: Server = createServer((request, response) => {
    answered++;
    void answer(request, response, label);
  });
  await new Promise<void>((resolve) => server.listen(socketPath, resolve));
  return {
    socketPath,
    get answered() {
      return answered;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function answer(request: IncomingMessage, response: ServerResponse, label: string): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  response.setHeader('content-type', 'application/json');
  if (request.method === 'GET') {
    const ports = {
      inputs: [{ name: 'item_ids', datatype: 'BYTES', shape: [-1] }],
      outputs: [{ name: 'articleType.label', datatype: 'BYTES', shape: [-1] }],
    };
    response.end(JSON.stringify({ name: 'tagger', platform: 'onnx_onnxv1', ...ports }));
    return;
  }
  const { inputs, parameters } = JSON.parse(Buffer.concat(chunks).toString('utf8')) as {
    inputs: { data: unknown[] }[];
    parameters: { space_id?: string };
  };
  if (parameters.space_id === 'sp_other') {
    response.statusCode = 409;
    response.end(JSON.stringify({ error: 'space-mismatch: parameters.space_id: expected sp_this, found sp_other' }));
    return;
  }
  const items = inputs[0]!.data;
  if (items.includes('unknown')) {
    response.statusCode = 400;
    response.end(JSON.stringify({ error: 'inputs[0].data: unknown is not in the snapshot' }));
    return;
  }
  response.end(
    JSON.stringify({
      model_name: 'tagger',
      parameters: { ...parameters, encoded_on_miss: 1 },
      outputs: [{ name: 'articleType.label', datatype: 'BYTES', shape: [items.length], data: items.map(() => label) }],
    }),
  );
}
