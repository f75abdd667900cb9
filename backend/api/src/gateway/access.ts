import type { FastifyRequest } from 'fastify';
import { DomainError } from '../kernel/index.js';
import type { Snapshot } from './snapshot.js';
import type { SnapshotSource } from './snapshot-source.js';
import type { Permission } from './tokens.js';

/** The gateway has no snapshot yet: it never reached the database since it started. */
export class NotReady extends Error {}

export function currentSnapshot(source: SnapshotSource): Snapshot {
  const { snapshot } = source;
  if (!snapshot)
    throw new NotReady('The gateway has not reached its database since it started. Try again in a second.');
  return snapshot;
}

/** @throws DomainError `not-signed-in` or `permission-missing`, NotReady */
export async function requireScope(source: SnapshotSource, request: FastifyRequest, scope: Permission): Promise<void> {
  const token = /^Bearer (\S+)$/i.exec(request.headers.authorization ?? '')?.[1];
  if (token === undefined)
    throw new DomainError('not-signed-in', `Send an API token with scope ${scope} as "Authorization: Bearer gft_...".`);
  let held = currentSnapshot(source).permissionsOf(token);
  if (held === null) {
    await source.reloadAfterMiss();
    held = currentSnapshot(source).permissionsOf(token);
  }
  if (held === null)
    throw new DomainError(
      'not-signed-in',
      'This API token is unknown, expired or revoked. Make a new one under Tokens.',
    );
  if (!held.has(scope)) throw new DomainError('permission-missing', `This API token lacks the scope ${scope}.`);
}
