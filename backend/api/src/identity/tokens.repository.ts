import { Injectable } from '@nestjs/common';
import { DataSource, IsNull } from 'typeorm';
import { window, type Page, type PageRequest } from '../kernel/index.js';
import type { Tx } from '../platform/database/index.js';
import { ApiToken } from './api-token.entity.js';
import { Person } from './person.entity.js';

@Injectable()
export class TokensRepository {
  constructor(private readonly dataSource: DataSource) {}

  async insert(token: ApiToken, tx: Tx = this.dataSource.manager): Promise<void> {
    await tx.insert(ApiToken, token);
  }

  get(id: string): Promise<ApiToken> {
    return this.dataSource.manager.findOneByOrFail(ApiToken, { id });
  }

  /** The token with its owner, unless it is revoked or expired or its owner is disabled. */
  async findActive(secretHash: Buffer, now: Date): Promise<{ token: ApiToken; person: Person } | null> {
    const token = await this.dataSource.manager.findOneBy(ApiToken, { secretHash, revokedAt: IsNull() });
    if (token === null || (token.expiresAt !== null && token.expiresAt <= now)) return null;
    const person = await this.dataSource.manager.findOneBy(Person, { id: token.personId, disabled: false });
    return person === null ? null : { token, person };
  }

  async list(personId: string, page: PageRequest<'name' | 'createdAt'>): Promise<Page<ApiToken>> {
    const [items, total] = await this.dataSource.manager.findAndCount(ApiToken, {
      where: { personId, revokedAt: IsNull() },
      order: { [page.sort]: page.order, id: 'ASC' },
      ...window(page),
    });
    return { items, total };
  }

  async touch(id: string, now: Date): Promise<void> {
    await this.dataSource.manager.update(ApiToken, { id }, { lastUsedAt: now });
  }

  /** @returns false when this person has no such token that is not revoked yet */
  async revoke(id: string, personId: string, now: Date): Promise<boolean> {
    const { affected } = await this.dataSource.manager.update(
      ApiToken,
      { id, personId, revokedAt: IsNull() },
      { revokedAt: now },
    );
    return affected === 1;
  }
}
