import type { FastifyInstance } from 'fastify';
import { FeedbackRequest } from '../feedback/index.js';
import { toProblem } from '../platform/http/problem.filter.js';
import { parseInput } from '../platform/http/zod.pipe.js';
import { currentSnapshot, NotReady, requireScope } from './access.js';
import type { EventIntake } from './event-intake.js';
import type { SnapshotSource } from './snapshot-source.js';

/** What units did comes in here. Answers when it is durable. */
export function feedbackRoutes(app: FastifyInstance, source: SnapshotSource, intake: EventIntake): void {
  app.setErrorHandler((error, request, reply) => {
    const problem =
      error instanceof NotReady
        ? {
            ...toProblem(error, request.id),
            status: 503,
            title: 'Service Unavailable',
            code: 'not-ready',
            detail: error.message,
          }
        : toProblem(error, request.id);
    if (problem.status >= 500) request.log.error({ err: error }, 'Feedback request failed');
    if (problem.status === 503) reply.header('retry-after', '1');
    return reply.status(problem.status).type('application/problem+json').send(JSON.stringify(problem));
  });

  app.post('/events', async (request) => {
    await requireScope(source, request, 'feedback:write');
    const body = parseInput(FeedbackRequest, request.body);
    const unknown = body.events.some(({ endpoint }) => !currentSnapshot(source).endpoint(endpoint));
    if (unknown) await source.reloadAfterMiss();
    return intake.take(body, currentSnapshot(source));
  });
}
