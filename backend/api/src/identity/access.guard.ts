import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { FastifyRequest } from 'fastify';
import { DomainError } from '../kernel/index.js';
import { Config } from '../platform/config/env.js';
import { ACCESS } from '../platform/http/index.js';
import type { Actor } from './actor.js';
import { Authenticator } from './authenticator.js';
import { SESSION_COOKIE } from './session-cookie.js';

const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS']);

/** The door of every route: says who is asking, and refuses whoever the route's declaration does not let in. */
@Injectable()
export class AccessGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    private readonly authenticator: Authenticator,
    private readonly config: Config,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const access = this.reflector.get<string | undefined>(ACCESS, context.getHandler());
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    this.refuseForeignPages(request);
    if (access === 'public') return true;

    const actor = await this.authenticate(request);
    request.actor = actor;
    if (access === 'signed-in') return true;
    if (access !== undefined && (actor.permissions as readonly string[]).includes(access)) return true;
    throw new DomainError(
      'permission-missing',
      `This needs the permission ${access ?? '(none declared)'}. Your role is ${actor.role}; ask an admin, or use a token with that scope.`,
    );
  }

  private async authenticate(request: FastifyRequest): Promise<Actor> {
    const { authorization } = request.headers;
    if (authorization !== undefined) {
      const actor = await this.authenticator.byToken(/^Bearer (\S+)$/.exec(authorization)?.[1] ?? '');
      if (actor !== null) return actor;
      throw new DomainError(
        'not-signed-in',
        'This token is not valid: it may be revoked or expired. Create a new one in the console.',
      );
    }
    const secret = request.cookies[SESSION_COOKIE];
    const actor = secret === undefined ? null : await this.authenticator.bySession(secret);
    if (actor === null)
      throw new DomainError('not-signed-in', 'Sign in first, or send a token as "Authorization: Bearer gft_...".');
    request.actor = actor;
    // A form or script of another site can make a browser send the cookie, but cannot set a header of ours.
    if (!SAFE_METHODS.has(request.method) && request.headers['x-graft-csrf'] !== '1') {
      throw new DomainError(
        'csrf-refused',
        'Send the header "x-graft-csrf: 1" with every change made by a browser session.',
      );
    }
    return actor;
  }

  /** Browsers name the page a change comes from; only pages of this server may make one. */
  private refuseForeignPages(request: FastifyRequest): void {
    const { origin, host } = request.headers;
    if (origin === undefined || SAFE_METHODS.has(request.method)) return;
    const allowed =
      URL.canParse(origin) && (new URL(origin).host === host || origin === new URL(this.config.publicUrl).origin);
    if (!allowed)
      throw new DomainError(
        'csrf-refused',
        `Changes from pages of ${origin} are refused. Set GRAFT_PUBLIC_URL if that is this server's address.`,
      );
  }
}
