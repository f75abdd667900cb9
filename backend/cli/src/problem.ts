import { isProblem, type Problem } from '@graft/client';

/**
 * The problem in an error answer that did not come through the generated client: problem+json, the inference protocol's `{"error"}`,
 * or nothing of use (a proxy's page).
 */
export function toProblem(status: number, body: unknown): Problem {
  if (isProblem(body)) return body;
  const said = typeof body === 'object' && body !== null && 'error' in body ? body.error : body;
  const detail = typeof said === 'string' && said !== '' ? said.slice(0, 500) : 'The answer says no more than that.';
  return {
    type: 'about:blank',
    title: `the server answered ${status}`,
    status,
    code: `http-${status}`,
    detail,
    traceId: '',
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
  for (const error of problem.errors ?? []) {
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
  if (problem.traceId !== '' && problem.status >= 500) lines.push(`  trace     ${problem.traceId}`);
  return lines;
}
