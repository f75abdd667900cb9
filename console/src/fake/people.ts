import type { ApiToken, AuditEntry, Person } from '../api/contract.js';
import { minutesAgo } from './clock.js';

export const people: Person[] = [
  { id: 'p-grace', email: 'grace@example.org', name: 'Grace Admin', role: 'admin', disabled: false, createdAt: minutesAgo(4000) },
  { id: 'p-ada', email: 'ada@example.org', name: 'Ada Researcher', role: 'researcher', disabled: false, createdAt: minutesAgo(3900) },
  { id: 'p-karl', email: 'karl@example.org', name: 'Karl Left', role: 'researcher', disabled: true, createdAt: minutesAgo(90000) },
];

export const tokens: ApiToken[] = [
  { id: 't-ci', name: 'nightly gate', scopes: ['experiments:*', 'models:read', 'rollouts:request'], createdAt: minutesAgo(3000), expiresAt: minutesAgo(-60 * 24 * 60), lastUsedAt: minutesAgo(55) },
  { id: 't-shop', name: 'shop front', scopes: ['inference:call', 'feedback:write'], createdAt: minutesAgo(2000), expiresAt: null, lastUsedAt: minutesAgo(1) },
];

const entry = (id: number, minutes: number, rest: Omit<AuditEntry, 'id' | 'at' | 'detail'> & { detail?: string }): AuditEntry => ({ id: `a-${id}`, at: minutesAgo(minutes), detail: null, ...rest });
export const auditEntries: AuditEntry[] = [
  entry(9, 3, { actorId: 'p-grace', actorName: 'Grace Admin', via: 'session', action: 'sessions.create', resource: 'sessions', resourceId: null, outcome: 'succeeded', status: 201 }),
  entry(8, 21, { actorId: 'p-ada', actorName: 'Ada Researcher', via: 'session', action: 'rollouts.approve', resource: 'rollouts', resourceId: 'ro-2', outcome: 'refused', status: 403, detail: 'the requester never approves' }),
  entry(7, 22, { actorId: 'p-ada', actorName: 'Ada Researcher', via: 'session', action: 'rollouts.request', resource: 'rollouts', resourceId: 'ro-2', outcome: 'succeeded', status: 201 }),
  entry(6, 30, { actorId: 'p-ada', actorName: 'Ada Researcher', via: 'token', action: 'models.alias', resource: 'models', resourceId: 'm-tagger', outcome: 'refused', status: 403, detail: 'champion moves only through a rollout' }),
  entry(5, 41, { actorId: 'p-ada', actorName: 'Ada Researcher', via: 'session', action: 'endpoints.create', resource: 'endpoints', resourceId: 'e-tagger', outcome: 'succeeded', status: 201 }),
  entry(4, 96, { actorId: 'p-ada', actorName: 'Ada Researcher', via: 'token', action: 'experiments.create', resource: 'experiments', resourceId: 'x-swap', outcome: 'succeeded', status: 201 }),
  entry(3, 150, { actorId: 'p-ada', actorName: 'Ada Researcher', via: 'session', action: 'datasets.import', resource: 'datasets', resourceId: 'ds-catalogue', outcome: 'succeeded', status: 202 }),
];
