import { existsSync } from 'node:fs';
import path from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { DomainError } from '../../kernel/index.js';
import { toProblem } from '../http/problem.filter.js';

const YEAR_SECONDS = 31_536_000;

/**
 * Serves the built console at `/`. Files below `assets/` carry a hash in their name and are cached for ever; every other path that
 * is no file is a page of the single-page application.
 */
export async function serveConsole(server: FastifyInstance, appRoot: string): Promise<void> {
  const root = path.join(appRoot, 'console/dist');
  await server.register(fastifyStatic, { root, serve: false, cacheControl: false });

  server.get('/*', (request, reply) => {
    const url = decodePath(request.url);
    if (url === undefined || url === '/api' || url.startsWith('/api/')) {
      const problem = toProblem(
        new DomainError('not-found', `There is no ${request.method} ${request.url}. /api/docs lists what there is.`),
        request.id,
      );
      return reply
        .status(404)
        .header('content-type', 'application/problem+json; charset=utf-8')
        .send(JSON.stringify(problem));
    }
    if (!existsSync(path.join(root, 'index.html'))) {
      return reply
        .status(503)
        .type('text/plain; charset=utf-8')
        .send('The console is not built yet: run "npm run build" and load this page again.\n');
    }
    return sendFile(reply, root, url);
  });
}

function sendFile(reply: FastifyReply, root: string, url: string): FastifyReply {
  const hashed = url.startsWith('/assets/');
  const isFile = url !== '/' && existsSync(path.join(root, path.posix.normalize(url)));
  if (hashed && !isFile) return reply.status(404).type('text/plain; charset=utf-8').send('Not found\n');
  reply.header('cache-control', hashed ? `public, max-age=${YEAR_SECONDS}, immutable` : 'no-cache');
  return reply.sendFile(isFile ? path.posix.normalize(url) : 'index.html');
}

function decodePath(url: string): string | undefined {
  try {
    return decodeURIComponent(url.split('?')[0] ?? '/');
  } catch {
    return undefined;
  }
}
