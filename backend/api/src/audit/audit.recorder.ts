import { Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { newId } from '../kernel/index.js';
import type { AuditEntry, AuditOutcome } from './audit-entry.entity.js';
import { AuditRepository } from './audit.repository.js';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Set by `@Audited`. */
    audited?: string;
  }
  interface FastifyRequest {
    /** The id of what a request created. */
    createdId?: string;
  }
}

/**
 * Writes one entry for every call of an audited route, before its answer leaves. It hooks into Fastify and not into Nest, because
 * a Nest interceptor never sees what a guard or a pipe refuses.
 */
@Injectable()
export class AuditRecorder implements OnModuleInit {
  private readonly logger = new Logger(AuditRecorder.name);

  constructor(
    private readonly repository: AuditRepository,
    private readonly host: HttpAdapterHost,
  ) {}

  onModuleInit(): void {
    const server = this.host.httpAdapter?.getInstance<FastifyInstance>();
    if (typeof server?.addHook !== 'function') return;
    server.addHook('preSerialization', async (request: FastifyRequest, _reply, payload: unknown) => {
      const id = payload !== null && typeof payload === 'object' && 'id' in payload ? payload.id : undefined;
      if (typeof id === 'string') request.createdId = id;
      return payload;
    });
    server.addHook('onSend', async (request, reply, payload) => {
      const action = request.routeOptions.config.audited;
      if (action !== undefined) await this.record(action, request, reply);
      return payload;
    });
  }

  private async record(action: string, request: FastifyRequest, reply: FastifyReply): Promise<void> {
    try {
      await this.repository.insert(entryOf(action, request, reply.statusCode));
    } catch (error) {
      // The change itself is done or refused already; losing the answer too would help nobody.
      this.logger.error({ err: error, action, traceId: request.id }, 'An audit entry could not be written');
    }
  }
}

function entryOf(action: string, request: FastifyRequest, status: number): AuditEntry {
  const { id: pathId } = request.params as { id?: string };
  return {
    id: newId(),
    at: new Date(),
    actorId: request.actor?.personId ?? null,
    actorName: request.actor?.name ?? null,
    tokenId: request.actor?.tokenId ?? null,
    action,
    resource: action.split('.')[0] ?? action,
    // Refused ids are whatever was sent; a NUL (%00) in one must not keep the attempt out of the log.
    resourceId: (pathId ?? request.createdId)?.replaceAll('\0', '\ufffd') ?? null,
    outcome: outcomeOf(status),
    code: request.problemCode ?? null,
    requestId: request.id,
    address: request.ip,
  };
}

function outcomeOf(status: number): AuditOutcome {
  if (status < 400) return 'succeeded';
  return status < 500 ? 'refused' : 'failed';
}
