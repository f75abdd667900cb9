import { Injectable } from '@nestjs/common';
import { DomainError, invalidField, newId, notFound, type Page } from '../kernel/index.js';
import { Live } from '../platform/live/index.js';
import { Transactions, type Tx } from '../platform/database/index.js';
import type { Actor } from './actor.js';
import { PeopleRepository, type PeopleFilter } from './people.repository.js';
import type { Role } from './permissions.js';
import type { Person } from './person.entity.js';
import { hashPassword, newPassword, verifyPassword } from './secrets.js';
import { SessionsRepository } from './sessions.repository.js';

export interface NewPerson {
  readonly email: string;
  readonly name: string;
  readonly role: Role;
  readonly password?: string | undefined;
}

export interface PersonChanges {
  readonly name?: string | undefined;
  readonly role?: Role | undefined;
  readonly disabled?: boolean | undefined;
  readonly password?: string | undefined;
}

@Injectable()
export class PeopleService {
  constructor(
    private readonly people: PeopleRepository,
    private readonly sessions: SessionsRepository,
    private readonly transactions: Transactions,
    private readonly live: Live,
  ) {}

  list(filter: PeopleFilter, page: Parameters<PeopleRepository['list']>[1]): Promise<Page<Person>> {
    return this.people.list(filter, page);
  }

  async get(id: string): Promise<Person> {
    const person = await this.people.find(id);
    if (person === null) throw notFound('person', id);
    return person;
  }

  /** @returns the person, and the password where it was generated: the only moment it can be read */
  async create(wanted: NewPerson): Promise<{ person: Person; generatedPassword: string | null }> {
    const generatedPassword = wanted.password === undefined ? newPassword() : null;
    const passwordHash = await hashPassword(wanted.password ?? generatedPassword ?? '');
    const { email, name, role } = wanted;
    const person: Person = {
      id: newId(),
      email: email.toLowerCase(),
      name,
      role,
      passwordHash,
      disabled: false,
      createdAt: new Date(),
    };
    await this.transactions.run(async (tx) => {
      if (!(await this.people.insert(person, tx)))
        throw new DomainError('email-taken', `Someone with the e-mail ${person.email} exists already.`);
      await this.live.changed(tx, { resource: 'people', id: person.id, type: 'created' });
    });
    return { person, generatedPassword };
  }

  /** A new password, a new role or being disabled ends every session of the person. */
  async update(id: string, wanted: PersonChanges): Promise<Person> {
    const { password, ...changes } = wanted;
    const passwordHash = password === undefined ? undefined : await hashPassword(password);
    return this.transactions.run(async (tx) => {
      if (changes.disabled === true || changes.role === 'researcher') await this.keepAnAdmin(id, tx);
      const person = await this.people.find(id, tx);
      if (person === null) throw notFound('person', id);
      const updated = {
        ...person,
        name: changes.name ?? person.name,
        role: changes.role ?? person.role,
        disabled: changes.disabled ?? person.disabled,
        passwordHash: passwordHash ?? person.passwordHash,
      };
      const { name, role, disabled } = updated;
      await this.people.update(id, { name, role, disabled, passwordHash: updated.passwordHash }, tx);
      if (passwordHash !== undefined || disabled || role !== person.role) await this.sessions.deleteOfPerson(id, tx);
      await this.live.changed(tx, { resource: 'people', id, type: 'updated' });
      return updated;
    });
  }

  /**
   * Only from a browser session, so that a leaked token cannot take over the account.
   * @throws DomainError `validation-failed` for a wrong current password: the session goes on, so it is no 401
   */
  async changeOwnPassword(actor: Actor, currentPassword: string, newPassword: string): Promise<void> {
    if (actor.sessionId === null)
      throw new DomainError('permission-missing', 'A password is changed after signing in, not with a token.');
    const person = await this.get(actor.personId);
    if (!(await verifyPassword(person.passwordHash, currentPassword)))
      throw invalidField('currentPassword', 'the password you signed in with', 'another one');
    await this.update(person.id, { password: newPassword });
  }

  private async keepAnAdmin(id: string, tx: Tx): Promise<void> {
    const admins = await this.people.lockActiveAdmins(tx);
    if (admins.length === 1 && admins[0] === id) {
      throw new DomainError('last-admin', 'This is the last admin who can sign in. Make someone else an admin first.');
    }
  }
}
