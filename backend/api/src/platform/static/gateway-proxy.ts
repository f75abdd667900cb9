import fastifyHttpProxy from '@fastify/http-proxy';
import type { FastifyInstance } from 'fastify';

/** Passes inference and feedback on to the gateway, so that everything has one address. Big installations point clients at it directly. */
export async function proxyGateway(server: FastifyInstance, gatewayPort: number): Promise<void> {
  const upstream = `http://127.0.0.1:${gatewayPort}`;
  for (const prefix of ['/v2', '/feedback']) {
    await server.register(fastifyHttpProxy, {
      upstream,
      prefix,
      rewritePrefix: prefix,
      http: { requestOptions: { timeout: 60_000 } },
      replyOptions: {
        onError: (reply) =>
          void reply
            .status(503)
            .header('content-type', 'application/problem+json; charset=utf-8')
            .send(
              JSON.stringify({
                type: 'about:blank',
                title: 'Service Unavailable',
                status: 503,
                code: 'gateway-unavailable',
                detail: 'The gateway does not answer. Try again in a few seconds.',
                traceId: reply.request.id,
              }),
            ),
      },
    });
  }
}
