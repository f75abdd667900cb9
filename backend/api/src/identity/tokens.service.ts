import { Injectable } from '@nestjs/common';
import { DomainError, newId, notFound, type Page } from '../kernel/index.js';
import type { Actor } from './actor.js';
import type { ApiToken } from './api-token.entity.js';
import { expandScope } from './permissions.js';
import { hashSecret, newSecret, TOKEN_PREFIX } from './secrets.js';
import { TokensRepository } from './tokens.repository.js';

export interface NewToken {
  readonly name: string;
  readonly scopes: readonly string[];
  readonly expiresInDays?: number | undefined;
}

@Injectable()
export class TokensService {
  constructor(private readonly tokens: TokensRepository) {}

  list(actor: Actor, page: Parameters<TokensRepository['list']>[1]): Promise<Page<ApiToken>> {
    return this.tokens.list(actor.personId, page);
  }

  /**
   * A token that makes a token passes on no more time than it has itself; the answer's `expiresAt` says when that is.
   *
   * @returns the token's secret with its record: the only moment it can be read
   * @throws DomainError `scope-not-granted` for a scope that names anything the actor may not do now
   */
  async create(actor: Actor, wanted: NewToken): Promise<{ token: ApiToken; secret: string }> {
    for (const scope of wanted.scopes) {
      const missing = scope.endsWith(':*')
        ? !expandScope(scope).some((permission) => actor.permissions.includes(permission))
        : !(actor.permissions as readonly string[]).includes(scope);
      if (missing)
        throw new DomainError(
          'scope-not-granted',
          `You may not do ${scope} yourself, so a token of yours cannot either.`,
        );
    }
    if (actor.tokenId === null) return this.mint(actor.personId, wanted);
    const maker = await this.tokens.get(actor.tokenId);
    return this.mint(actor.personId, { ...wanted, scopes: narrowed(wanted.scopes, actor) }, maker.expiresAt);
  }

  /** Creates a token without asking who wants it: for the set-up command on the server itself. */
  async mint(
    personId: string,
    wanted: NewToken,
    notAfter: Date | null = null,
  ): Promise<{ token: ApiToken; secret: string }> {
    const secret = TOKEN_PREFIX + newSecret();
    const now = new Date();
    const expiries = [
      ...(wanted.expiresInDays === undefined ? [] : [now.getTime() + wanted.expiresInDays * 86_400_000]),
      ...(notAfter === null ? [] : [notAfter.getTime()]),
    ];
    const token: ApiToken = {
      id: newId(),
      personId,
      name: wanted.name,
      scopes: [...wanted.scopes],
      secretHash: hashSecret(secret),
      createdAt: now,
      expiresAt: expiries.length === 0 ? null : new Date(Math.min(...expiries)),
      lastUsedAt: null,
      revokedAt: null,
    };
    await this.tokens.insert(token);
    return { token, secret };
  }

  async revoke(actor: Actor, id: string): Promise<void> {
    if (!(await this.tokens.revoke(id, actor.personId, new Date()))) throw notFound('token', id);
  }
}

/** A token that makes a token hands on what it may do itself: `experiments:*` becomes the permissions it really holds. */
function narrowed(scopes: readonly string[], actor: Actor): string[] {
  return actor.permissions.filter((permission) => scopes.some((scope) => expandScope(scope).includes(permission)));
}
