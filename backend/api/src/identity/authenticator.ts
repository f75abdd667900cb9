import { Injectable } from '@nestjs/common';
import type { Actor } from './actor.js';
import { permissionsOf, permissionsOfToken } from './permissions.js';
import { hashSecret, TOKEN_PREFIX } from './secrets.js';
import { SessionsRepository } from './sessions.repository.js';
import { TokensRepository } from './tokens.repository.js';

/** The last use of a token is written at most this often. */
const TOUCH_EVERY_MS = 60_000;

/** Answers who a secret belongs to. Asked on every request, so a revoked secret stops working at once. */
@Injectable()
export class Authenticator {
  constructor(
    private readonly sessions: SessionsRepository,
    private readonly tokens: TokensRepository,
  ) {}

  async bySession(secret: string): Promise<Actor | null> {
    const found = await this.sessions.findActive(hashSecret(secret), new Date());
    if (found === null) return null;
    const { id: personId, name, email, role } = found.person;
    return {
      personId,
      name,
      email,
      role,
      permissions: permissionsOf(role),
      tokenId: null,
      sessionId: found.session.id,
    };
  }

  async byToken(secret: string): Promise<Actor | null> {
    if (!secret.startsWith(TOKEN_PREFIX)) return null;
    const now = new Date();
    const found = await this.tokens.findActive(hashSecret(secret), now);
    if (found === null) return null;
    const { token, person } = found;
    if (token.lastUsedAt === null || now.getTime() - token.lastUsedAt.getTime() > TOUCH_EVERY_MS)
      await this.tokens.touch(token.id, now);
    return {
      personId: person.id,
      name: person.name,
      email: person.email,
      role: person.role,
      permissions: permissionsOfToken(person.role, token.scopes),
      tokenId: token.id,
      sessionId: null,
    };
  }
}
