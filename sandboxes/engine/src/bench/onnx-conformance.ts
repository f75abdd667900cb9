// How much of the published ONNX operator tests the engine reads and writes, runs, infers the shapes of and differentiates.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { wholeModels } from '../conformance/models.js';
import { checks, modelChecks, type Check, type Finding } from '../conformance/outcome.js';
import { checkAll } from '../conformance/pool.js';
import { operatorsOf, readCase, unpackSuite } from '../conformance/suite.js';
import { countOf, markdownReasons, markdownTable, reasonsOf } from '../conformance/table.js';
import type { Work } from '../conformance/worker.js';
import { dataFolder, environmentOf, runBench, share, type BenchReport } from './report.js';

const readme = fileURLToPath(new URL('../../README.md', import.meta.url));
const reasons = fileURLToPath(new URL('../../CONFORMANCE.md', import.meta.url));
const markers = [
  '<!-- onnx-conformance: begin (npm run bench -- onnx-conformance --write-readme) -->',
  '<!-- onnx-conformance: end -->',
] as const;
const reasonsHead = [
  '# The published ONNX tests: what lies behind the table of README.md',
  '',
  'Made by `npm run bench -- onnx-conformance --write-readme`; never edited.',
];

/**
 * `--only CHECK` (several times), `--operator NAME` and `--test PART` narrow what is checked and list every finding; the figures
 * count what applies. `--write-readme` puts the table into the engine's README and the reasons into
 * the file beside it.
 */
const options = {
  json: { type: 'boolean', default: false },
  'write-readme': { type: 'boolean', default: false },
  only: { type: 'string', multiple: true },
  operator: { type: 'string' },
  test: { type: 'string' },
  workers: { type: 'string', default: '2' },
} as const;

async function measure(args: readonly string[]): Promise<Omit<BenchReport, 'bench'>> {
  const { values } = parseArgs({ args: [...args], options });
  const only = (values.only ?? checks) as Check[];
  const unknown = only.find((check) => !(checks as readonly Check[]).includes(check));
  if (unknown !== undefined) throw new Error(`--only: expected one of ${checks.join(', ')}, found "${unknown}".`);
  const narrowed = values.operator !== undefined || values.test !== undefined;
  const folder = mkdtempSync(join(tmpdir(), 'graft-conformance-'));
  const findings: Finding[] = [];
  try {
    const tests = unpackSuite(dataFolder('onnx-backend-tests'), folder)
      .map((test) => ({ test, operators: operatorsOf(readCase(test).proto) }))
      .filter(
        ({ test, operators }) =>
          test.name.includes(values.test ?? '') &&
          (values.operator === undefined || operators.includes(values.operator)),
      );
    const work: Work[] = only.flatMap((check) => tests.map((found) => ({ ...found, check })));
    const whole = (models: string, check: Check) =>
      work.push(...wholeModels(models).map((test) => ({ test, operators: [], check })));
    if (!narrowed && !values.only) {
      for (const models of [dataFolder('onnx-models'), join(folder, 'light')]) whole(models, 'models');
      whole(join(folder, 'light'), 'model_gradients');
    }
    await checkAll(work, { workers: Number(values.workers), onFinding: (finding) => findings.push(finding) });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  findings.sort((a, b) => (a.test < b.test ? -1 : 1));
  if (narrowed)
    for (const finding of findings)
      console.log(`${finding.verdict.padEnd(12)} ${finding.check.padEnd(10)} ${finding.test}  ${finding.reason}`);
  else if (!values.json) printReasons(findings, values.only ? only : [...only, ...modelChecks]);
  if (values['write-readme']) {
    if (narrowed || values.only) throw new Error('--write-readme: expected the whole suite, found a part of it.');
    writeReadme(markdownTable(findings));
    writeFileSync(reasons, [...reasonsHead, ...markdownReasons(findings), ''].join('\n'));
  }
  const figures = only.map((check) => {
    const { passed, failed } = countOf(findings, check);
    return share(check, passed, passed + failed);
  });
  return { figures, environment: environmentOf({ suite: 'ONNX 1.23.0 backend tests' }) };
}

function printReasons(findings: readonly Finding[], only: readonly Check[]): void {
  for (const check of only) {
    const { passed, failed, inapplicable } = countOf(findings, check);
    console.log(`\n${check}: ${passed} passed, ${failed} failed, ${inapplicable} do not apply`);
    for (const verdict of ['passed', 'inapplicable', 'failed'] as const)
      for (const { reason, tests } of reasonsOf(findings, check, verdict))
        console.log(
          `  ${verdict.padEnd(12)} ${String(tests.length).padStart(4)}  ${reason}  (${tests.slice(0, 3).join(', ')})`,
        );
  }
  console.log('');
}

function writeReadme(lines: readonly string[]): void {
  const text = readFileSync(readme, 'utf8');
  const [begin, end] = markers.map((marker) => text.indexOf(marker)) as [number, number];
  if (begin < 0 || end < begin) throw new Error(`${readme}: expected the lines ${markers.join(' and ')}, found none.`);
  writeFileSync(readme, `${text.slice(0, begin + markers[0].length)}\n\n${lines.join('\n')}\n\n${text.slice(end)}`);
}

await runBench('onnx-conformance', measure);
