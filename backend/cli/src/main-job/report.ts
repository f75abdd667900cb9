import { mkdir } from 'node:fs/promises';
import { arch, cpus, platform, totalmem } from 'node:os';
import { join } from 'node:path';
import { writeWhole } from '../catalogue/photograph.js';
import { environment } from '../environment.js';
import { accuracyTable, latencyTable, pairedTable } from '../experiment/comparison.js';
import { percent } from '../terminal/table.js';
import { candidates, evaluationFigures, exact, type BenchReport } from './figures.js';
import type { JobResult } from './job.js';
import { simulation } from './shoppers.js';
import type { JobSource } from './sources.js';

export function machine(): Record<string, string> {
  return {
    node: process.version,
    platform: `${platform()} ${arch()}`,
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: String(cpus().length),
    memoryGb: (totalmem() / 1e9).toFixed(0),
  };
}

/** The object that DESIGN section 13 asks for. */
export function benchReport(result: JobResult, source: JobSource): BenchReport {
  const { report, refresh, phases } = result;
  const encoded = refresh.encoded + refresh.reused;
  return {
    bench: 'main-job',
    figures: [
      ...evaluationFigures(report),
      exact('reencoded_share_after_touching_1_percent', 'share', refresh.share, encoded),
      ...(phases.resumed ? [] : [exact('seconds_total', 's', phases.totalMs() / 1000, 1)]),
    ],
    environment: {
      ...machine(),
      ...report.environment,
      data: source.name,
      split: report.split,
      items: String(report.itemCount),
      targets: report.targets.join(', '),
    },
  };
}

/** @returns the file the figures were written to. */
export async function writeReport(report: BenchReport): Promise<string> {
  const folder = join(environment.home, 'reports');
  await mkdir(folder, { recursive: true });
  const file = join(folder, 'main-job.json');
  await writeWhole(file, `${JSON.stringify(report, null, 2)}\n`);
  return file;
}

/** Everything the main job found out, for people. */
export function reportLines(result: JobResult, source: JobSource): string[] {
  const { report, refresh, analysis, decision, phases } = result;
  const { native, swapped } = candidates;
  return [
    `the main job on ${source.own.name}: ${report.targets.join(' and ')} of ${report.itemCount} held-out products`,
    '',
    ...accuracyTable(report),
    '',
    ...pairedTable(report),
    '',
    'latency and cost of a request, native against swapped, interleaved in one run on this machine',
    ...latencyTable(report, native, swapped),
    '',
    `after new photos of 1 % of the products ${percent(refresh.share)} of the vectors were encoded again (${refresh.encoded} of ${refresh.encoded + refresh.reused})`,
    `A/B over ${simulation.visits} simulated visits: ${analysis.outcome}: ${analysis.sentence}`,
    `rollout ${decision.rollout.state}${decision.champion === null ? '' : `; champion of ${source.model} is version ${decision.champion}`}${decision.refusal === null ? '' : `; its requester was refused (${decision.refusal})`}`,
    '',
    ...phases.lines(),
  ];
}
