import { checks, type Check, type Finding } from './outcome.js';

export interface Count {
  readonly passed: number;
  readonly failed: number;
  readonly inapplicable: number;
}

export function countOf(findings: readonly Finding[], check: Check): Count {
  const of = (verdict: Finding['verdict']): number =>
    findings.filter((finding) => finding.check === check && finding.verdict === verdict).length;
  return { passed: of('passed'), failed: of('failed'), inapplicable: of('inapplicable') };
}

/** Reasons with the number of tests and some of their names, the most frequent first. What differs from test to test is left out. */
export function reasonsOf(
  findings: readonly Finding[],
  check: Check,
  verdict: Finding['verdict'],
): { readonly reason: string; readonly tests: readonly string[] }[] {
  const by = new Map<string, string[]>();
  for (const finding of findings) {
    if (finding.check !== check || finding.verdict !== verdict) continue;
    const reason = general(finding.reason);
    by.set(reason, [...(by.get(reason) ?? []), finding.test]);
  }
  return [...by].map(([reason, tests]) => ({ reason, tests })).sort((a, b) => b.tests.length - a.tests.length);
}

function general(reason: string): string {
  const operator = /\(([\w.]+)\): expected an operator with a gradient/.exec(reason)?.[1];
  if (operator !== undefined) return `no gradient for ${operator}`;
  const kernel = /(?:implementation for|find kernel for) (\w+)/.exec(reason)?.[1];
  if (kernel !== undefined) return `onnxruntime has no kernel for these types: ${kernel}`;
  const unknown = /Fatal error: (\S+?)\(-1\) is not a registered/.exec(reason)?.[1];
  if (unknown !== undefined) return `onnxruntime does not know ${unknown}`;
  return reason
    .replace(/\/onnxruntime_src\/\S+ /, '')
    .replace(/"[^"]*"|'[^']*'/g, '…')
    .replace(/-?\d+(\.\d+)?(e-?\d+)?/g, 'N')
    .slice(0, 140);
}

/** The table of the README: one row for each check, then why tests do not apply or do not pass. */
export function markdownTable(findings: readonly Finding[]): string[] {
  const rows = checks.map((check) => {
    const { passed, failed, inapplicable } = countOf(findings, check);
    const share = passed + failed > 0 ? ((100 * passed) / (passed + failed)).toFixed(1) : '-';
    return `| \`${check}\` | ${passed} | ${failed} | ${inapplicable} | ${share} % |`;
  });
  return [
    '| check | passed | failed | does not apply | passed of those that apply |',
    '| --- | --: | --: | --: | --: |',
    ...rows,
    ...checks.flatMap((check) => [
      ...reasonLines(findings, check, 'inapplicable', 'Does not apply'),
      ...reasonLines(findings, check, 'failed', 'Fails'),
    ]),
  ];
}

const LISTED = 12;

function reasonLines(findings: readonly Finding[], check: Check, verdict: Finding['verdict'], title: string): string[] {
  const reasons = reasonsOf(findings, check, verdict);
  if (reasons.length === 0) return [];
  const listed = reasons
    .slice(0, LISTED)
    .map(({ reason, tests }) => `${reason.replaceAll('|', '/')} (${tests.length})`);
  const rest = reasons.slice(LISTED).reduce((sum, { tests }) => sum + tests.length, 0);
  return ['', `${title}, \`${check}\`: ${[...listed, ...(rest > 0 ? [`other reasons (${rest})`] : [])].join('; ')}.`];
}
