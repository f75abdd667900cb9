import { Injectable } from '@nestjs/common';
import { DomainError, newId } from '../kernel/index.js';
import type { Actor } from './actor.js';
import { PeopleRepository } from './people.repository.js';
import { permissionsOf } from './permissions.js';
import { hashSecret, newSecret, verifyPassword } from './secrets.js';
import { SESSION_DAYS } from './session-cookie.js';
import { SessionsRepository } from './sessions.repository.js';
import { SignInAttemptsRepository } from './sign-in-attempts.repository.js';

const WINDOW_SECONDS = 15 * 60;
const MOST_PER_ACCOUNT = 10;
/** Higher, because an office shares one address. */
const MOST_PER_ADDRESS = 100;

@Injectable()
export class SessionsService {
  constructor(
    private readonly people: PeopleRepository,
    private readonly sessions: SessionsRepository,
    private readonly attempts: SignInAttemptsRepository,
  ) {}

  /**
   * @returns the actor and the secret for the cookie
   * @throws DomainError `sign-in-failed`, the same for a wrong password, an unknown e-mail and a disabled person; `too-many-attempts`
   */
  async signIn(
    credentials: { email: string; password: string },
    address: string,
  ): Promise<{ actor: Actor; secret: string }> {
    const email = credentials.email.trim().toLowerCase();
    await this.countAttempt(`account:${email}`, MOST_PER_ACCOUNT);
    await this.countAttempt(`address:${address}`, MOST_PER_ADDRESS);

    const person = await this.people.findByEmail(email);
    const matches = await verifyPassword(person?.passwordHash, credentials.password);
    if (!matches || person === null || person.disabled) {
      throw new DomainError('sign-in-failed', 'E-mail or password is wrong, or the account is disabled.');
    }
    await this.attempts.forgive(`account:${email}`, `address:${address}`);

    const secret = newSecret();
    const now = new Date();
    const expiresAt = new Date(now.getTime() + SESSION_DAYS * 86_400_000);
    const session = { id: newId(), personId: person.id, secretHash: hashSecret(secret), createdAt: now, expiresAt };
    await this.sessions.insert(session);
    const { id: personId, name, role } = person;
    return {
      secret,
      actor: { personId, name, email, role, permissions: permissionsOf(role), tokenId: null, sessionId: session.id },
    };
  }

  /** Ends the session; with a token there is none to end. */
  async signOut(actor: Actor): Promise<void> {
    if (actor.sessionId !== null) await this.sessions.delete(actor.sessionId);
  }

  /** Forgets what has run out; called by a sweep. */
  async prune(): Promise<void> {
    const now = new Date();
    await this.sessions.deleteExpired(now);
    await this.attempts.deleteEnded(now);
  }

  private async countAttempt(key: string, most: number): Promise<void> {
    const { failures, windowEndsAt } = await this.attempts.count(key, WINDOW_SECONDS);
    if (failures <= most) return;
    const minutes = Math.max(1, Math.ceil((windowEndsAt.getTime() - Date.now()) / 60_000));
    throw new DomainError('too-many-attempts', `Too many failed sign-ins. Try again in ${minutes} minutes.`);
  }
}
