import type { Permission, Role } from '../identity/index.js';

type Row = ['public'] | ['signed-in'] | [Permission, ...Role[]];

const everyone = ['researcher', 'admin'] as const;

/**
 * Who may call what: every route with what it asks for and the roles that have it. Written by hand on purpose: a change of a
 * decorator or of the permissions must be made here too, where a reviewer sees it.
 */
export const accessMatrix: Record<string, Row> = {
  'GET /health/live': ['public'],
  'GET /health/ready': ['public'],
  'GET /stream': ['signed-in'],

  'POST /sessions': ['public'],
  'GET /sessions/current': ['signed-in'],
  'DELETE /sessions/current': ['signed-in'],
  'GET /people': ['people:read', 'admin'],
  'POST /people': ['people:manage', 'admin'],
  'GET /people/:id': ['people:read', 'admin'],
  'PATCH /people/:id': ['people:manage', 'admin'],
  'PUT /people/current/password': ['signed-in'],
  'GET /tokens': ['tokens:manage', ...everyone],
  'POST /tokens': ['tokens:manage', ...everyone],
  'DELETE /tokens/:id': ['tokens:manage', ...everyone],
  'GET /audit': ['audit:read', 'admin'],

  'GET /datasets': ['datasets:read', ...everyone],
  'POST /datasets': ['datasets:create', ...everyone],
  'GET /datasets/:id': ['datasets:read', ...everyone],
  'GET /datasets/:id/versions': ['datasets:read', ...everyone],
  'GET /datasets/:id/imports': ['datasets:read', ...everyone],
  'POST /datasets/:id/imports': ['datasets:import', ...everyone],
  'GET /imports/:id': ['datasets:read', ...everyone],
  'GET /imports/:id/problems': ['datasets:read', ...everyone],
  'GET /dataset-versions/:id': ['datasets:read', ...everyone],
  'GET /dataset-versions/:id/items': ['datasets:read', ...everyone],
  'GET /dataset-versions/:id/items/:itemId/picture': ['datasets:read', ...everyone],

  'GET /spaces': ['spaces:read', ...everyone],
  'GET /spaces/:id': ['spaces:read', ...everyone],
  'POST /spaces/:id/rollback': ['spaces:publish', ...everyone],
  'GET /snapshots': ['spaces:read', ...everyone],
  'GET /snapshots/:id': ['spaces:read', ...everyone],
  'POST /snapshots/:id/publish': ['spaces:publish', ...everyone],
  'GET /models': ['models:read', ...everyone],
  'POST /models': ['models:create', ...everyone],
  'GET /models/:id': ['models:read', ...everyone],
  'PUT /models/:id/aliases/:alias': ['models:alias', ...everyone],
  'GET /model-versions': ['models:read', ...everyone],
  'GET /model-versions/:id': ['models:read', ...everyone],

  'GET /sandboxes': ['sandboxes:read', ...everyone],
  'GET /isolation': ['sandboxes:read', ...everyone],
  'POST /isolation/probe': ['sandboxes:probe', 'admin'],
  'GET /recipes': ['experiments:read', ...everyone],
  'GET /experiments': ['experiments:read', ...everyone],
  'POST /experiments': ['experiments:create', ...everyone],
  'GET /experiments/:id': ['experiments:read', ...everyone],
  'POST /experiments/:id/cancel': ['experiments:cancel', ...everyone],
  'GET /runs': ['experiments:read', ...everyone],
  'GET /runs/:id': ['experiments:read', ...everyone],
  'POST /runs/:id/cancel': ['experiments:cancel', ...everyone],
  'GET /runs/:id/metrics': ['experiments:read', ...everyone],
  'GET /runs/:id/logs': ['experiments:read', ...everyone],
  'GET /runs/:id/artifacts': ['experiments:read', ...everyone],
  'GET /runs/:id/report': ['experiments:read', ...everyone],
  'GET /runs/:id/space-report': ['experiments:read', ...everyone],
  'GET /benchmarks': ['benchmarks:read', ...everyone],
  'POST /benchmarks': ['benchmarks:create', ...everyone],
  'GET /benchmark-results': ['benchmarks:read', ...everyone],

  'GET /endpoints': ['endpoints:read', ...everyone],
  'POST /endpoints': ['endpoints:create', ...everyone],
  'GET /endpoints/:id': ['endpoints:read', ...everyone],
  'PUT /endpoints/:id/traffic': ['endpoints:traffic', ...everyone],
  'DELETE /endpoints/:id': ['endpoints:retire', 'admin'],
  'GET /endpoints/:id/analysis': ['analysis:read', ...everyone],
  'GET /endpoints/:id/analyses': ['analysis:read', ...everyone],
  'POST /endpoints/:id/analyses': ['analysis:create', ...everyone],

  'GET /rollouts': ['rollouts:read', ...everyone],
  'POST /rollouts': ['rollouts:request', ...everyone],
  'GET /rollouts/:id': ['rollouts:read', ...everyone],
  'POST /rollouts/:id/approve': ['rollouts:approve', 'admin'],
  'POST /rollouts/:id/reject': ['rollouts:reject', 'admin'],
  'POST /rollouts/:id/cancel': ['rollouts:cancel', ...everyone],
  'POST /rollouts/:id/rollback': ['rollouts:rollback', 'admin'],
};
