import fastifyCookie from '@fastify/cookie';
import fastifyHelmet from '@fastify/helmet';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { newId } from '../../kernel/index.js';
import { allowLargeBodies } from './large-body.js';
import { ProblemFilter } from './problem.filter.js';
import { ZodPipe } from './zod.pipe.js';

/** JSON bodies are small; files come as multipart streams with limits of their own. */
const JSON_BODY_BYTES = 4 * 1024 * 1024;
const KEEP_ALIVE_MS = 10_000;

export function fastifyAdapter(): FastifyAdapter {
  return new FastifyAdapter({
    genReqId: () => newId(),
    bodyLimit: JSON_BODY_BYTES,
    keepAliveTimeout: KEEP_ALIVE_MS,
    forceCloseConnections: true,
    routerOptions: { maxParamLength: 200 },
  });
}

/** Everything between the socket and the controllers, the same for the api and for tests. */
export async function configureHttp(app: NestFastifyApplication): Promise<void> {
  app.setGlobalPrefix('api');
  app.useGlobalPipes(new ZodPipe());
  app.useGlobalFilters(new ProblemFilter());
  await app.register(fastifyCookie);
  await app.register(fastifyHelmet, {
    contentSecurityPolicy: {
      directives: {
        defaultSrc: ["'self'"],
        imgSrc: ["'self'", 'data:', 'blob:'],
        styleSrc: ["'self'", "'unsafe-inline'"],
        scriptSrc: ["'self'"],
        connectSrc: ["'self'"],
        objectSrc: ["'none'"],
        frameAncestors: ["'none'"],
        // Plain http on a laptop is the default set-up: an upgrade would break it.
        upgradeInsecureRequests: null,
      },
    },
    strictTransportSecurity: false,
  });
  const server = app.getHttpAdapter().getInstance();
  // Uploads are read as streams by the route that wants them (see datasets/upload-parts.ts).
  server.addContentTypeParser('multipart/form-data', (_request, _body, done) => done(null));
  allowLargeBodies(server);
  server.addHook('onRequest', async (request, reply) => {
    reply.header('x-request-id', request.id);
  });
}
