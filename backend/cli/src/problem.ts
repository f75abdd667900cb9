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

/** Where the code says more than the status does. */
const nextStepOfCode: Record<string, string> = {
  'champion-protected': 'graft rollout request MODEL@VERSION --reason TEXT',
  'requester-cannot-approve': 'have another admin run: graft rollout approve ID --comment TEXT',
  'report-missing': 'wait for the evaluate step: graft experiment show ID --wait',
};

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
  for (const { field, expected, found, message } of problem.errors ?? []) {
    // The server's message often is the other three in one sentence: said once is enough.
    const more = message === '' || (expected !== '' && message.includes(expected)) ? '' : `: ${message}`;
    lines.push(`  field     ${field === '' ? '(the whole request)' : field}${more}`);
    if (expected !== '') lines.push(`  expected  ${expected}`);
    if (found !== '') lines.push(`  found     ${found}`);
  }
  const next =
    nextStepOfCode[problem.code] ??
    nextStep[problem.status] ??
    (problem.status >= 500 ? 'this is a fault of the server: its log has more under the trace id' : undefined);
  if (next) lines.push(`  next      ${next}`);
  if (problem.traceId !== '' && problem.status >= 500) lines.push(`  trace     ${problem.traceId}`);
  return lines;
}
