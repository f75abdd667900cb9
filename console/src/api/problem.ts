export type FieldError = { field: string; expected?: string; found?: string; message: string };

/** What the server answered instead of a result (RFC 9457 problem+json), or that it could not be reached (`status` 0). */
export class ProblemError extends Error {
  override readonly name = 'ProblemError';
  readonly status: number;
  readonly code: string;
  readonly fields: readonly FieldError[];
  readonly traceId: string | null;

  constructor(problem: { status: number; code: string; message: string; fields?: readonly FieldError[]; traceId?: string | null }) {
    super(problem.message);
    this.status = problem.status;
    this.code = problem.code;
    this.fields = problem.fields ?? [];
    this.traceId = problem.traceId ?? null;
  }
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;
const text = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined);

function fieldErrors(value: unknown): FieldError[] {
  if (!Array.isArray(value)) return [];
  return value.filter(isRecord).map((entry) => {
    const expected = text(entry.expected);
    const found = text(entry.found);
    return { field: text(entry.field) ?? '', message: text(entry.message) ?? 'not accepted', ...(expected && { expected }), ...(found && { found }) };
  });
}

/** Reads problem+json; a body that is none (a proxy's page, an empty answer) still gives a sentence a person can act on. */
export function problemFrom(status: number, body: unknown): ProblemError {
  if (!isRecord(body)) return new ProblemError({ status, code: 'unreadable', message: `The server answered ${status} without saying why. Try again; if it stays, look into the server's log.` });
  const detail = text(body.detail) ?? text(body.title) ?? `The server answered ${status}.`;
  const traceId = text(body.traceId) ?? null;
  return new ProblemError({
    status,
    code: text(body.code) ?? 'unknown',
    message: status >= 500 && traceId ? `${detail} (trace ${traceId})` : detail,
    fields: fieldErrors(body.errors),
    traceId,
  });
}

export const unreachable = (): ProblemError =>
  new ProblemError({ status: 0, code: 'unreachable', message: 'The server cannot be reached. Check that Graft is running and that this machine is on the network.' });

export const asProblem = (error: unknown): ProblemError =>
  error instanceof ProblemError ? error : new ProblemError({ status: 0, code: 'unexpected', message: error instanceof Error ? error.message : String(error) });
