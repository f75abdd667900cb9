import { Injectable } from '@nestjs/common';
import { newId } from '../kernel/index.js';
import { Config } from '../platform/config/env.js';
import { Transactions } from '../platform/database/index.js';
import { PeopleRepository } from './people.repository.js';
import type { Role } from './permissions.js';
import type { Person } from './person.entity.js';
import { hashPassword, newPassword } from './secrets.js';

export interface FirstAdminResult {
  readonly email: string;
  /** Null where an admin existed before: a password can be read once only. */
  readonly password: string | null;
  readonly created: boolean;
}

/** People made on the server itself, by whoever can already read its database. */
@Injectable()
export class FirstAdmin {
  constructor(
    private readonly config: Config,
    private readonly people: PeopleRepository,
    private readonly transactions: Transactions,
  ) {}

  /** Creates an admin when there is none yet. Safe to call at every start and by several processes at once. */
  ensure(): Promise<FirstAdminResult> {
    return this.transactions.run(async (tx) => {
      await this.people.lockSetup(tx);
      const email = this.config.adminEmail.toLowerCase();
      if ((await this.people.lockActiveAdmins(tx)).length > 0) return { email, password: null, created: false };
      const password = this.config.adminPassword ?? newPassword();
      await this.people.insert(await newPerson(email, 'Admin', 'admin', password), tx);
      return { email, password, created: true };
    });
  }

  /** The person with this e-mail, created with an unknown password where there is none. */
  person(email: string, role: Role): Promise<Person> {
    return this.transactions.run(async (tx) => {
      await this.people.lockSetup(tx);
      const existing = await this.people.findByEmail(email, tx);
      if (existing !== null) return existing;
      const person = await newPerson(email.toLowerCase(), email.split('@')[0] ?? email, role, newPassword());
      await this.people.insert(person, tx);
      return person;
    });
  }
}

async function newPerson(email: string, name: string, role: Role, password: string): Promise<Person> {
  return {
    id: newId(),
    email,
    name,
    role,
    passwordHash: await hashPassword(password),
    disabled: false,
    createdAt: new Date(),
  };
}
