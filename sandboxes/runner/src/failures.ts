import type { Failure, FailureCode } from '@graft/protocol';

/** A failure the recipe can explain; it becomes the run's `failed` event as it stands. */
export class RecipeFailure extends Error {
  constructor(
    readonly code: FailureCode,
    message: string,
    readonly retryable = false,
  ) {
    super(message);
    this.name = new.target.name;
  }
}

/** The inputs cannot give a result: the message names the field, what was expected and what was found. */
export class InputInvalid extends RecipeFailure {
  constructor(message: string) {
    super('input-invalid', message);
  }
}

/** Vectors of one space met a component of another. Equal dimensions do not make two spaces the same. */
export class SpaceMismatch extends RecipeFailure {
  constructor(message: string) {
    super('space-mismatch', message);
  }
}

export class Cancelled extends RecipeFailure {
  constructor(reason: string) {
    super('cancelled', `Cancelled: ${reason}`);
  }
}

const MAX_MESSAGE = 2000;

/** What the worker is told about any error that ended a recipe. */
export function toFailure(error: unknown): Failure {
  if (error instanceof RecipeFailure) return failure(error.code, error.message, error.retryable);
  if (!(error instanceof Error)) return failure('internal', `The recipe threw ${String(error)}.`, false);
  if (isOutOfMemory(error)) {
    return failure(
      'out-of-memory',
      `Memory ran out: ${error.message}. Lower batchSize or raise limits.memoryMb.`,
      false,
    );
  }
  const { code, path } = error as NodeJS.ErrnoException;
  if (code === 'ENOSPC') return failure('internal', 'The workspace is full: free disk space and run again.', true);
  if (code === 'ENOENT') return failure('artifact-missing', `A file is missing: ${path ?? error.message}.`, false);
  return failure('internal', `${error.name}: ${error.message}`, false);
}

function failure(code: FailureCode, message: string, retryable: boolean): Failure {
  return { code, message: message.slice(0, MAX_MESSAGE) || code, retryable };
}

function isOutOfMemory(error: Error): boolean {
  return /array buffer allocation failed|bad_alloc|failed to allocate memory|out of memory/i.test(error.message);
}
