import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { window, type Page, type PageRequest } from '../kernel/index.js';
import type { Tx } from '../platform/database/index.js';
import type { Role } from './permissions.js';
import { Person } from './person.entity.js';

export interface PeopleFilter {
  readonly q?: string | undefined;
  readonly role?: Role | undefined;
}

@Injectable()
export class PeopleRepository {
  constructor(private readonly dataSource: DataSource) {}

  find(id: string, tx: Tx = this.dataSource.manager): Promise<Person | null> {
    return tx.findOneBy(Person, { id });
  }

  findByEmail(email: string, tx: Tx = this.dataSource.manager): Promise<Person | null> {
    return tx.findOneBy(Person, { email: email.toLowerCase() });
  }

  async list(filter: PeopleFilter, page: PageRequest<'name' | 'email' | 'role' | 'createdAt'>): Promise<Page<Person>> {
    const { skip, take } = window(page);
    const query = this.dataSource.manager
      .createQueryBuilder(Person, 'person')
      .orderBy(`person.${page.sort}`, page.order === 'asc' ? 'ASC' : 'DESC')
      .addOrderBy('person.id')
      .skip(skip)
      .take(take);
    if (filter.role !== undefined) query.andWhere('person.role = :role', { role: filter.role });
    if (filter.q !== undefined)
      query.andWhere('(strpos(lower(person.name), lower(:q)) > 0 OR strpos(person.email, lower(:q)) > 0)', {
        q: filter.q,
      });
    const [items, total] = await query.getManyAndCount();
    return { items, total };
  }

  /** @returns false when the e-mail belongs to someone already */
  async insert(person: Person, tx: Tx): Promise<boolean> {
    const result = await tx
      .createQueryBuilder()
      .insert()
      .into(Person)
      .values(person)
      .orIgnore()
      .returning('id')
      .execute();
    return (result.raw as unknown[]).length === 1;
  }

  async update(
    id: string,
    changes: Partial<Pick<Person, 'name' | 'role' | 'disabled' | 'passwordHash'>>,
    tx: Tx,
  ): Promise<void> {
    await tx.update(Person, { id }, changes);
  }

  /** Locks every admin who can sign in, so that two changes at once cannot remove the last two. */
  async lockActiveAdmins(tx: Tx): Promise<string[]> {
    const admins = await tx.find(Person, {
      where: { role: 'admin', disabled: false },
      select: { id: true },
      order: { id: 'ASC' },
      lock: { mode: 'pessimistic_write' },
    });
    return admins.map((admin) => admin.id);
  }

  /** Serialises first-boot set-up between processes for the length of the transaction. */
  async lockSetup(tx: Tx): Promise<void> {
    await tx.query(`SELECT pg_advisory_xact_lock(hashtext('graft-first-admin'))`);
  }
}
