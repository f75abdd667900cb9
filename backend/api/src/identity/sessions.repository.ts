import { Injectable } from '@nestjs/common';
import { DataSource, LessThan, MoreThan } from 'typeorm';
import type { Tx } from '../platform/database/index.js';
import { Person } from './person.entity.js';
import { Session } from './session.entity.js';

@Injectable()
export class SessionsRepository {
  constructor(private readonly dataSource: DataSource) {}

  async insert(session: Session): Promise<void> {
    await this.dataSource.manager.insert(Session, session);
  }

  /** The session of a cookie with its person, unless it has expired or the person is disabled. */
  async findActive(secretHash: Buffer, now: Date): Promise<{ session: Session; person: Person } | null> {
    const session = await this.dataSource.manager.findOneBy(Session, { secretHash, expiresAt: MoreThan(now) });
    if (session === null) return null;
    const person = await this.dataSource.manager.findOneBy(Person, { id: session.personId, disabled: false });
    return person === null ? null : { session, person };
  }

  async delete(id: string): Promise<void> {
    await this.dataSource.manager.delete(Session, { id });
  }

  async deleteOfPerson(personId: string, tx: Tx): Promise<void> {
    await tx.delete(Session, { personId });
  }

  async deleteExpired(now: Date): Promise<void> {
    await this.dataSource.manager.delete(Session, { expiresAt: LessThan(now) });
  }
}
