import { STATUS_CODES } from 'node:http';
import { Catch, HttpException, Logger, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { DomainError } from '../../kernel/index.js';
import { isDatabaseUnavailable } from '../database/unavailable.js';
import { errorStatuses, retryAfterSeconds } from './error-statuses.js';
import type { Problem } from './problem.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** Code of the problem this request was answered with; read by the audit log. */
    problemCode?: string;
  }
}

/** Turns everything thrown into problem+json. Text of unknown errors stays in the log: it may hold what the caller must not see. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  private readonly logger = new Logger(ProblemFilter.name);

  catch(error: unknown, host: ArgumentsHost): void {
    const request = host.switchToHttp().getRequest<FastifyRequest>();
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    const problem = toProblem(error, request.id);
    if (problem.status >= 500) this.logger.error({ err: error, traceId: request.id }, 'Request failed');
    request.problemCode = problem.code;
    if (reply.raw.headersSent) {
      reply.raw.destroy();
      return;
    }
    const retryAfter = retryAfterSeconds[problem.code];
    if (retryAfter !== undefined) void reply.header('retry-after', String(retryAfter));
    void reply
      .status(problem.status)
      .header('content-type', 'application/problem+json; charset=utf-8')
      .header('cache-control', 'no-store')
      .send(JSON.stringify(problem));
  }
}

export function toProblem(error: unknown, traceId: string): Problem {
  const known = describe(error);
  return {
    type: 'about:blank',
    title: STATUS_CODES[known.status] ?? 'Error',
    status: known.status,
    code: known.code,
    detail: known.detail,
    ...(known.errors !== undefined && known.errors.length > 0 ? { errors: known.errors } : {}),
    traceId,
  };
}

function describe(error: unknown): Pick<Problem, 'status' | 'code' | 'detail' | 'errors'> {
  if (error instanceof DomainError) {
    return {
      status: errorStatuses[error.code] ?? 500,
      code: error.code,
      detail: error.message,
      errors: error.errors.map((field) => ({ ...field })),
    };
  }
  if (error instanceof HttpException) {
    const status = error.getStatus();
    return { status, code: httpCode(status), detail: status >= 500 ? 'The server could not answer.' : error.message };
  }
  if (isDatabaseUnavailable(error)) {
    return {
      status: 503,
      code: 'database-unavailable',
      detail: 'The database does not answer at the moment. Try again in a few seconds.',
    };
  }
  if (isUnstorableText(error)) {
    return {
      status: 422,
      code: 'validation-failed',
      detail: 'A text of this request holds a NUL character, which cannot be stored. Send it without.',
    };
  }
  const status = fastifyStatus(error);
  if (status !== undefined) return { status, code: httpCode(status), detail: (error as Error).message };
  return {
    status: 500,
    code: 'internal',
    detail: 'Something went wrong on our side. The trace id finds it in the logs.',
  };
}

/** PostgreSQL has no NUL in text or jsonb: SQLSTATE character_not_in_repertoire and untranslatable_character. */
function isUnstorableText(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === '22021' || error.code === '22P05');
}

/** Fastify's own refusals (body too large, unsupported media type, malformed JSON) carry a 4xx `statusCode`. */
function fastifyStatus(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('statusCode' in error) || typeof error.statusCode !== 'number') return undefined;
  return error.statusCode >= 400 && error.statusCode < 500 ? error.statusCode : undefined;
}

function httpCode(status: number): string {
  return (STATUS_CODES[status] ?? 'error').toLowerCase().replaceAll(/[^a-z]+/g, '-');
}
