import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { RecipeContext } from '../recipe-context.js';
import { Refusal } from './refusal.js';

/** An HTTP server whose every answer is JSON: what `answer` resolves to, a refusal with its field, or a 500 whose cause is in the log. */
export function createJsonServer(answer: (request: IncomingMessage) => Promise<object>): Server {
  return createServer((request, response) => {
    answer(request).then(
      (body) => send(response, 200, body),
      (error: unknown) => {
        if (error instanceof Refusal) send(response, error.status, { error: error.message, ...error.at });
        else {
          process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
          send(response, 500, { error: 'The model failed on this request; its log says why.' });
        }
      },
    );
  });
}

/** The whole body as text. @throws Refusal 413 when it is larger; `advice` says what to send instead */
export async function readBody(request: IncomingMessage, maxBytes: number, advice: string): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    size += (chunk as Buffer).length;
    if (size > maxBytes) throw new Refusal(413, `The body is larger than ${maxBytes} bytes. ${advice}`);
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** Answers on the task's socket until the run is cancelled; requests that are under way are answered first. */
export async function listenUntilCancelled(
  context: Pick<RecipeContext, 'ready' | 'signal' | 'cancellation'>,
  server: Server,
  socket: string,
): Promise<never> {
  // A socket file that a killed attempt left behind would keep this one from listening.
  await rm(socket, { force: true });
  server.listen(socket);
  await once(server, 'listening');
  context.ready();
  if (!context.signal.aborted) await once(context.signal, 'abort');
  await new Promise<void>((resolve) => {
    server.close(() => resolve());
    server.closeIdleConnections();
  });
  throw context.cancellation();
}

function send(response: ServerResponse, status: number, body: object): void {
  const text = JSON.stringify(body);
  response.writeHead(status, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(text),
    ...(status === 429 ? { 'retry-after': '1' } : {}),
    // What is left of a refused body is not read: the connection cannot be used again.
    ...(status === 413 ? { connection: 'close' } : {}),
  });
  response.end(text);
}
