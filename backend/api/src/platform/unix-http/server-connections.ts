import { closeSync, constants, fstatSync, openSync } from 'node:fs';
import { Agent, request, type ClientRequest, type ClientRequestArgs, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import type { Duplex } from 'node:stream';

/** Linux value of O_PATH, which Node does not name: a handle on the directory entry that opens nothing. */
const O_PATH = 0o10000000;
const MAX_SOCKETS = 64;
/** An answer holds labels, scores or found items; a server that sends more than this is broken or hostile. */
const MAX_ANSWER_BYTES = 16 * 1024 * 1024;

export interface ServerAnswer {
  readonly status: number;
  readonly body: Buffer;
}

export interface ServerMessage {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly body?: string;
}

/** The server could not be reached at all, or a kept-alive connection to it had ended: asking again is safe. */
export class ServerUnreachable extends Error {}
/** The server took the request and did not answer in time. */
export class ServerTimedOut extends Error {}

/**
 * Connects to the unix socket of a server in a sandbox. The folder belongs to the sandbox, which could put a link to a socket of the platform in its
 * place: the entry is opened without following links, checked to be a socket, and connected to through that handle.
 */
function connectVerified(socketPath: string): Duplex {
  const fd = openSync(socketPath, O_PATH | constants.O_NOFOLLOW);
  try {
    if (!fstatSync(fd).isSocket()) throw new Error(`${socketPath} is not a socket`);
    const socket = connect({ path: `/proc/self/fd/${fd}` });
    const release = () => closeSync(fd);
    socket.once('connect', () => {
      socket.off('error', release);
      release();
    });
    socket.once('error', release);
    return socket;
  } catch (error) {
    closeSync(fd);
    throw error;
  }
}

class SocketAgent extends Agent {
  constructor(private readonly socketPath: string) {
    super({ keepAlive: true, maxSockets: MAX_SOCKETS });
  }

  override createConnection(
    _options: ClientRequestArgs,
    done?: (error: Error | null, stream: Duplex) => void,
  ): Duplex | null | undefined {
    try {
      return connectVerified(this.socketPath);
    } catch (error) {
      done?.(error as Error, undefined as never);
      return undefined;
    }
  }
}

/** Kept-alive connections to the servers in use. */
export class ServerConnections {
  private readonly agents = new Map<string, Agent>();

  /** Closes the connections to servers that are not in `socketPaths` any more; a request that is under way gets its answer first. */
  keepOnly(socketPaths: ReadonlySet<string>): void {
    for (const [socketPath, agent] of this.agents) {
      if (socketPaths.has(socketPath)) continue;
      this.agents.delete(socketPath);
      for (const idle of Object.values(agent.freeSockets).flat()) idle?.destroy();
    }
  }

  /** @throws ServerUnreachable, ServerTimedOut, or another error when the answer broke off */
  async send(socketPath: string, message: ServerMessage, timeoutMs: number): Promise<ServerAnswer> {
    let agent = this.agents.get(socketPath);
    if (!agent) this.agents.set(socketPath, (agent = new SocketAgent(socketPath)));
    const signal = AbortSignal.timeout(timeoutMs);
    const headers =
      message.body === undefined
        ? {}
        : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(message.body) };
    const outgoing = request({ agent, method: message.method, path: message.path, headers, signal, host: 'sandbox' });
    try {
      const incoming = await responseTo(outgoing, message.body);
      return { status: incoming.statusCode ?? 500, body: await readAnswer(incoming) };
    } catch (error) {
      if (signal.aborted) throw new ServerTimedOut(`The model server did not answer within ${timeoutMs} ms`);
      throw error;
    }
  }
}

function responseTo(outgoing: ClientRequest, body: string | undefined): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    let connected = false;
    outgoing.once('socket', (socket) => {
      if (socket.readyState === 'open') connected = true;
      else socket.once('connect', () => (connected = true));
    });
    outgoing.once('response', resolve);
    outgoing.once('error', (error) => {
      // A kept-alive connection that breaks was most likely closed before the request came: a new one tells.
      reject(
        !connected || outgoing.reusedSocket
          ? new ServerUnreachable('The model server cannot be reached. Try again in a second.')
          : error,
      );
    });
    outgoing.end(body);
  });
}

async function readAnswer(incoming: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    sizeBytes += chunk.length;
    if (sizeBytes > MAX_ANSWER_BYTES) throw new Error(`The server's answer is longer than ${MAX_ANSWER_BYTES} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
