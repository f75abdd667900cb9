import type { FastifyInstance, FastifyReply } from 'fastify';
import { DomainError, notFound } from '../kernel/index.js';
import { errorStatuses } from '../platform/http/error-statuses.js';
import { parseInput } from '../platform/http/zod.pipe.js';
import { currentSnapshot, NotReady, requireScope } from './access.js';
import type { Inference } from './inference.js';
import { InferRequest, unitOf } from './open-inference.js';
import type { ServedEndpoint } from './snapshot.js';
import type { SnapshotSource } from './snapshot-source.js';

type Named = { Params: { endpoint: string } };

/** The Open Inference Protocol v2 (REST, JSON) over the endpoints; an endpoint stands where the protocol says model. */
export function inferenceRoutes(app: FastifyInstance, source: SnapshotSource, inference: Inference): void {
  app.setErrorHandler((error, request, reply) => {
    const status = statusOf(error);
    if (status >= 500) request.log.error({ err: error }, 'Inference request failed');
    if (status === 503) reply.header('retry-after', '1');
    const message =
      status === 500
        ? `Something went wrong on our side; request ${request.id} finds it in the logs.`
        : (error as Error).message;
    return reply.status(status).send({ error: message });
  });
  app.setNotFoundHandler((request, reply) =>
    reply.status(404).send({
      error: `No route ${request.method} ${request.url}. An endpoint chooses the version itself: POST /v2/models/{endpoint}/infer.`,
    }),
  );

  const find = async (name: string): Promise<ServedEndpoint> => {
    const known = currentSnapshot(source).endpoint(name);
    if (known) return known;
    await source.reloadAfterMiss();
    const found = currentSnapshot(source).endpoint(name);
    if (!found) throw notFound('live endpoint', name);
    return found;
  };

  app.get('/', () => ({ name: 'graft', version: '2', extensions: [] }));
  app.get('/health/live', () => ({ live: true }));
  app.get('/health/ready', (_request, reply) => {
    const ready = source.snapshot !== undefined;
    return reply.status(ready ? 200 : 503).send({ live: true, ready });
  });

  app.get<Named>('/models/:endpoint/ready', async (request, reply) => {
    await requireScope(source, request, 'inference:call');
    const { name, variants } = await find(request.params.endpoint);
    const ready = variants.every(({ weight, socket }) => weight === 0 || socket !== null);
    return reply.status(ready ? 200 : 503).send({ name, ready });
  });

  app.get<Named>('/models/:endpoint', async (request, reply) => {
    await requireScope(source, request, 'inference:call');
    const endpoint = await find(request.params.endpoint);
    const described = await inference.describe(endpoint);
    if (described === null)
      return refuseForNow(reply, `No server of ${endpoint.name} is ready yet. Try again in a second.`);
    const versions = endpoint.variants.map(({ modelVersion }) => modelVersion);
    return { name: endpoint.name, versions, platform: 'onnx_onnxv1', ...described };
  });

  app.post<Named>('/models/:endpoint/infer', async (request, reply) => {
    await requireScope(source, request, 'inference:call');
    const endpoint = await find(request.params.endpoint);
    if (request.headers['inference-header-content-length'] !== undefined) {
      throw new DomainError(
        'validation-failed',
        'Inference-Header-Content-Length: binary tensors are not supported here; send the tensors as JSON.',
      );
    }
    const body = parseInput(InferRequest, request.body);
    const answer = await inference.answer({
      endpoint,
      unit: unitOf(body, request.headers['x-graft-unit']),
      requestId: body.id ?? request.id,
      body,
    });
    if (answer.retryAfterSeconds !== undefined) reply.header('retry-after', String(answer.retryAfterSeconds));
    return reply.status(answer.status).send(answer.body);
  });
}

function refuseForNow(reply: FastifyReply, error: string): FastifyReply {
  return reply.status(503).header('retry-after', '1').send({ error });
}

function statusOf(error: unknown): number {
  if (error instanceof DomainError) return errorStatuses[error.code] ?? 500;
  if (error instanceof NotReady) return 503;
  // Fastify's own refusals: malformed JSON, a body that is too large.
  const status = error instanceof Error && 'statusCode' in error ? Number(error.statusCode) : 500;
  return status >= 400 && status < 500 ? status : 500;
}
