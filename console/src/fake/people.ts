import type { Token, AuditEntry, Person } from '../api/schemas.js';
import { minutesAgo } from './clock.js';

export const people: Person[] = [
  {
    id: 'p-grace',
    email: 'grace@example.org',
    name: 'Grace Admin',
    role: 'admin',
    disabled: false,
    createdAt: minutesAgo(4000),
  },
  {
    id: 'p-ada',
    email: 'ada@example.org',
    name: 'Ada Researcher',
    role: 'researcher',
    disabled: false,
    createdAt: minutesAgo(3900),
  },
  {
    id: 'p-karl',
    email: 'karl@example.org',
    name: 'Karl Left',
    role: 'researcher',
    disabled: true,
    createdAt: minutesAgo(90000),
  },
];

export const tokens: Token[] = [
  {
    id: 't-ci',
    name: 'nightly gate',
    scopes: ['experiments:*', 'models:read', 'rollouts:request'],
    createdAt: minutesAgo(3000),
    expiresAt: minutesAgo(-60 * 24 * 60),
    lastUsedAt: minutesAgo(55),
  },
  {
    id: 't-shop',
    name: 'shop front',
    scopes: ['inference:call', 'feedback:write'],
    createdAt: minutesAgo(2000),
    expiresAt: null,
    lastUsedAt: minutesAgo(1),
  },
];

const entry = (id: number, minutes: number, rest: Partial<AuditEntry>): AuditEntry => ({
  id: `a-${id}`,
  at: minutesAgo(minutes),
  actorId: 'p-ada',
  actorName: 'Ada Researcher',
  tokenId: null,
  action: '',
  resource: '',
  resourceId: null,
  outcome: 'succeeded',
  code: null,
  requestId: `req-${id}`,
  address: '127.0.0.1',
  ...rest,
});
export const auditEntries: AuditEntry[] = [
  entry(9, 3, { actorId: 'p-grace', actorName: 'Grace Admin', action: 'sessions.create', resource: 'sessions' }),
  entry(8, 21, {
    action: 'rollouts.approve',
    resource: 'rollouts',
    resourceId: 'ro-2',
    outcome: 'refused',
    code: 'requester-approves',
  }),
  entry(7, 22, { action: 'rollouts.request', resource: 'rollouts', resourceId: 'ro-2' }),
  entry(6, 30, {
    tokenId: 't-ci',
    action: 'models.alias',
    resource: 'models',
    resourceId: 'm-tagger',
    outcome: 'refused',
    code: 'champion-protected',
  }),
  entry(5, 41, { action: 'endpoints.create', resource: 'endpoints', resourceId: 'e-tagger' }),
  entry(4, 96, { tokenId: 't-ci', action: 'experiments.create', resource: 'experiments', resourceId: 'x-swap' }),
  entry(3, 150, { action: 'datasets.import', resource: 'datasets', resourceId: 'ds-catalogue' }),
];
