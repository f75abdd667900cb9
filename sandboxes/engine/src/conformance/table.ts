import { checks, modelChecks, type Check, type Finding } from './outcome.js';

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

/** Messages of onnxruntime and of the engine, and what they come to. */
const meanings: readonly (readonly [RegExp, string])[] = [
  [/\(([\w.]+)\): expected an operator with a gradient/, 'no gradient for $1'],
  [/\((\w+)\): expected a graph without branches and loops/, 'no gradient through $1'],
  [/^gradient of .* found NaN/, 'the gradient is no number where the published input has a masked row or a pole'],
  [/^gradient of/, 'the gradient is not the measured slope'],
  [/(?:implementation for|find kernel for) (\w+)/, 'onnxruntime has no kernel for these types: $1'],
  [/Fatal error: (\S+?)\(-1\) is not a registered/, 'onnxruntime does not know $1'],
  [/No Op registered for (\w+)/, 'onnxruntime does not know $1'],
  [/ValidateOpsetForDomain/, 'onnxruntime does not know the operator set'],
  [/Failed to construct locale/, 'the system has no locale en_US.UTF-8'],
  [/^output .*: expected \S+ at \d+, found/, 'onnxruntime answers other numbers'],
  [/layout_ == 0/, 'onnxruntime has no recurrent layers with the batch first'],
  [
    /Type Error: Type .* of input parameter \(\w*\) of operator \((\w+)\)/,
    'the operator set does not take that type: $1',
  ],
];

function general(reason: string): string {
  for (const [pattern, meaning] of meanings) {
    const found = pattern.exec(reason);
    if (found) return meaning.replace('$1', found[1] ?? '');
  }
  return reason
    .replace(/\/onnxruntime_src\/\S+ /, '')
    .replace(/"[^"]*"|'[^']*'/g, '…')
    .replace(/(?<![\w.])-?\d+(\.\d+)?(e-?\d+)?/g, 'N')
    .slice(0, 140);
}

/** The table of the README: one row for each check. */
export function markdownTable(findings: readonly Finding[]): string[] {
  const percent = (part: number, whole: number): string => (whole > 0 ? `${((100 * part) / whole).toFixed(1)} %` : '-');
  const rows = checks.map((check) => {
    const { passed, failed, inapplicable } = countOf(findings, check);
    const shares = [percent(passed, passed + failed), percent(passed, passed + failed + inapplicable)];
    return `| \`${check}\` | ${passed} | ${failed} | ${inapplicable} | ${shares.join(' | ')} |`;
  });
  return [
    '| check | passed | failed | does not apply | share of those that apply | of all |',
    '| --- | --: | --: | --: | --: | --: |',
    ...rows,
  ];
}

/** What lies behind the table: the whole models, and why tests do not apply or do not pass. */
export const markdownReasons = (findings: readonly Finding[]): string[] => [
  ...modelChecks.flatMap((check) => modelLines(findings, check)),
  ...checks.flatMap((check) => [
    ...reasonLines(findings, check, 'inapplicable', 'Does not apply'),
    ...reasonLines(findings, check, 'failed', 'Fails'),
  ]),
];

const modelTitles = {
  models: 'Whole models read, validated, written and run',
  model_gradients: 'Whole vision models with drawn weights, gradients from the first layer to the last as measured',
} as const;

function modelLines(findings: readonly Finding[], check: keyof typeof modelTitles): string[] {
  const models = findings.filter((finding) => finding.check === check);
  if (models.length === 0) return [];
  const done = models.filter(({ verdict }) => verdict === 'passed');
  const rest = models.filter((finding) => !done.includes(finding)).map(({ test, reason }) => `${test}: ${reason}`);
  const names = done.map(({ test }) => test).join(', ');
  const others = rest.length > 0 ? ` The other ${rest.length}: ${rest.join('; ')}.` : '';
  return ['', `${modelTitles[check]}: ${done.length} of ${models.length} (${names}).${others}`];
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
