import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { Permission, Role } from './permissions.js';

/** Who a request comes from: a person, by browser session or by one of their API tokens. */
export interface Actor {
  readonly personId: string;
  readonly name: string;
  readonly email: string;
  readonly role: Role;
  readonly permissions: readonly Permission[];
  /** Set where an API token was used. */
  readonly tokenId: string | null;
  /** Set where a browser session was used. */
  readonly sessionId: string | null;
}

declare module 'fastify' {
  interface FastifyRequest {
    actor?: Actor;
  }
}

/** `@CurrentActor() actor: Actor` on a route that is not public. */
export const CurrentActor = createParamDecorator((_data: unknown, context: ExecutionContext): Actor => {
  const { actor } = context.switchToHttp().getRequest<FastifyRequest>();
  if (actor === undefined) throw new Error('CurrentActor was asked for on a public route');
  return actor;
});
