/** The status of each DomainError code. A code that is thrown anywhere and has no row here is a failing spec. */
export const errorStatuses: Readonly<Record<string, number>> = {
  'validation-failed': 422,
  'not-found': 404,
  'move-not-allowed': 409,

  // identity
  'sign-in-failed': 401,
  'not-signed-in': 401,
  'permission-missing': 403,
  'csrf-refused': 403,
  'too-many-attempts': 429,
  'email-taken': 409,
  'last-admin': 409,
  'scope-not-granted': 403,

  // artifacts
  'artifact-missing': 404,
  'artifact-damaged': 500,
  'artifact-refused': 422,

  // datasets
  'dataset-name-taken': 409,
  'import-not-open': 409,
  'upload-too-large': 413,
  'upload-malformed': 422,

  // spaces
  'no-previous-snapshot': 409,
  'space-not-compatible': 409,

  // models
  'model-name-taken': 409,
  'champion-protected': 403,

  // experiments
  'run-ended': 409,
  'report-missing': 404,

  // benchmarks
  'benchmark-name-taken': 409,

  // search-indexes
  'search-index-name-taken': 409,
  'space-mismatch': 409,
  'rollback-not-possible': 409,
  'search-refused': 422,
  'search-busy': 429,
  'search-failed': 502,
  'search-unavailable': 503,

  // endpoints
  'endpoint-name-taken': 409,
  'endpoint-retired': 409,

  // rollouts
  'rollout-open': 409,
  'rollout-moved': 409,
  'already-champion': 409,
  'already-approved': 409,
  'evidence-changed': 409,
  'requester-cannot-approve': 403,
};

/** After how many seconds it is worth asking again: the answer's `retry-after`. */
export const retryAfterSeconds: Readonly<Record<string, number>> = {
  'search-busy': 1,
  'search-unavailable': 1,
  'database-unavailable': 2,
};
