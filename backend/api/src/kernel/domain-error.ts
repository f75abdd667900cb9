/** One field of a request that was refused, in words a person can act on. */
export interface FieldProblem {
  /** Path of the field: `limits.memoryMb`, `variants[1].weight`. */
  readonly field: string;
  readonly expected: string;
  readonly found: string;
  readonly message: string;
}

/**
 * A refusal the caller can act on. It knows no HTTP: `platform/http/error-statuses.ts` maps the literal `code` to a status, and a
 * spec fails when a code has no row there.
 */
export class DomainError extends Error {
  constructor(
    readonly code: string,
    message: string,
    readonly errors: readonly FieldProblem[] = [],
  ) {
    super(message);
    this.name = 'DomainError';
  }
}

/** The refusal of one field that has the right shape but a value that cannot be used (unknown reference, wrong kind, ...). */
export function invalidField(field: string, expected: string, found: string): DomainError {
  const message = `${field}: expected ${expected}, found ${found}`;
  return new DomainError('validation-failed', message, [{ field, expected, found, message }]);
}

/** @param noun what was looked for, in the singular: `dataset` */
export function notFound(noun: string, id: string): DomainError {
  return new DomainError(
    'not-found',
    `No ${noun} ${id} exists. It may have been removed; list them to see what there is.`,
  );
}
