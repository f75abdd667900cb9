/** What the server says when it refuses (RFC 9457), as far as people are told. */
export interface Problem {
  title: string;
  status: number;
  code: string;
  detail: string;
  errors: readonly { field: string; expected: string; found: string; message: string }[];
  traceId?: string;
}

/** The server refused: carries the whole problem, for the terminal and for callers that expect a certain code. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  constructor(readonly problem: Problem) {
    super(`${problem.title}: ${problem.detail}`);
  }
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;
const text = (value: unknown, otherwise: string): string =>
  typeof value === 'string' && value !== '' ? value : otherwise;

/** Reads whatever body came with an error status: problem+json, the inference protocol's `{"error"}`, or nothing of use. */
export function toProblem(status: number, body: unknown): Problem {
  const fields = isRecord(body) ? body : {};
  const errors = Array.isArray(fields['errors']) ? fields['errors'].filter(isRecord) : [];
  return {
    title: text(fields['title'], `the server answered ${status}`),
    status,
    code: text(fields['code'], `http-${status}`),
    detail: text(fields['detail'], text(fields['error'], typeof body === 'string' ? body.slice(0, 500) : '')),
    errors: errors.map((error) => ({
      field: text(error['field'], ''),
      expected: text(error['expected'], ''),
      found: text(error['found'], ''),
      message: text(error['message'], ''),
    })),
    ...(typeof fields['traceId'] === 'string' ? { traceId: fields['traceId'] } : {}),
  };
}

const nextStep: Record<number, string> = {
  401: 'sign in with `graft login`, or pass a valid token by --token or GRAFT_TOKEN',
  403: 'use a token whose owner and scopes allow this, or ask an admin',
  404: 'check the id or name; the matching `list` command shows what exists',
  409: 'look at the present state with the matching `show` command, then try again',
  413: 'send less at once, or raise the limit on the server',
  422: 'correct the fields named above and send it again',
  429: 'wait a little and try again',
};

/** What went wrong, in which field, expected against found, and what to do next: one line each. */
export function describeProblem(problem: Problem): string[] {
  const lines = [
    `error: ${problem.title}${problem.detail === '' || problem.detail === problem.title ? '' : `: ${problem.detail}`} [${problem.code}]`,
  ];
  for (const error of problem.errors) {
    lines.push(
      `  field     ${error.field || '(the whole request)'}${error.message === '' ? '' : `: ${error.message}`}`,
    );
    if (error.expected !== '') lines.push(`  expected  ${error.expected}`);
    if (error.found !== '') lines.push(`  found     ${error.found}`);
  }
  const next =
    nextStep[problem.status] ??
    (problem.status >= 500 ? 'this is a fault of the server: its log has more under the trace id' : undefined);
  if (next) lines.push(`  next      ${next}`);
  if (problem.traceId && problem.status >= 500) lines.push(`  trace     ${problem.traceId}`);
  return lines;
}
