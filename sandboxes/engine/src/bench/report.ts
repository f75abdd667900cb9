import { existsSync, readFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** One published number. `low` and `high` are its spread; the bench's own documentation says which. */
export interface Figure {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  readonly n: number;
  readonly low: number;
  readonly high: number;
}

export interface BenchReport {
  readonly bench: string;
  readonly figures: readonly Figure[];
  readonly environment: Readonly<Record<string, string>>;
}

/** What a bench needs and does not find here: data or a peer. The process ends with 3 and this message. */
export class Absent extends Error {}

/** Exit statuses of every bench (also when a target is missed, it could measure: 0). */
const ABSENT = 3;
const FAILED = 1;

/**
 * Runs one bench and prints what it measured: a table for people, or with `--json` the report as the last line of standard output.
 * Progress belongs on standard error.
 */
export async function runBench(
  bench: string,
  measure: (args: readonly string[]) => Promise<Omit<BenchReport, 'bench'>>,
): Promise<void> {
  const args = process.argv.slice(2);
  try {
    const report: BenchReport = { bench, ...(await measure(args)) };
    console.log(args.includes('--json') ? JSON.stringify(report) : reportTable(report).join('\n'));
  } catch (error) {
    console.error(error instanceof Absent ? error.message : error);
    process.exitCode = error instanceof Absent ? ABSENT : FAILED;
  }
}

export function reportTable({ bench, figures, environment }: BenchReport): string[] {
  const rows = figures.map(({ name, value, unit, n, low, high }) => [
    name,
    number(value),
    `${number(low)} .. ${number(high)}`,
    unit,
    String(n),
  ]);
  return [
    bench,
    ...aligned([['figure', 'value', 'low .. high', 'unit', 'n'], ...rows]),
    '',
    ...Object.entries(environment).map(([name, value]) => `${name}: ${value}`),
  ];
}

/** Rows as lines with columns of one width; the first row is the head. */
export function aligned(rows: readonly (readonly string[])[]): string[] {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => (row[column] ?? '').length)));
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column]!))
      .join('  ')
      .trimEnd(),
  );
}

/** `passed` of `total` as a share with Wilson's 95 % interval. */
export function share(name: string, passed: number, total: number): Figure {
  if (total === 0) return { name, value: 0, unit: 'share', n: 0, low: 0, high: 1 };
  const z = 1.959964;
  const p = passed / total;
  const scale = 1 + z ** 2 / total;
  const centre = (p + z ** 2 / (2 * total)) / scale;
  const half = (z * Math.sqrt((p * (1 - p)) / total + z ** 2 / (4 * total ** 2))) / scale;
  return { name, value: p, unit: 'share', n: total, low: Math.max(0, centre - half), high: Math.min(1, centre + half) };
}

/** The median of repeated measurements with their 2.5 and 97.5 percentile. */
export function medianOf(name: string, unit: string, values: readonly number[]): Figure {
  if (values.length === 0) throw new Error(`Figure "${name}": expected at least one measurement, found none.`);
  const sorted = [...values].sort((a, b) => a - b);
  const at = (quantile: number): number => {
    const position = quantile * (sorted.length - 1);
    const below = sorted[Math.floor(position)]!;
    return below + (sorted[Math.ceil(position)]! - below) * (position % 1);
  };
  return { name, value: at(0.5), unit, n: sorted.length, low: at(0.025), high: at(0.975) };
}

/** Where the machine's facts come from is the same for every bench; `more` adds what only this one knows. */
export function environmentOf(more: Readonly<Record<string, string>> = {}): Record<string, string> {
  return {
    node: process.version,
    onnxruntime: onnxruntimeVersion(),
    processor: `${cpus().length} x ${cpus()[0]?.model ?? 'unknown'}`,
    memory: `${Math.round(totalmem() / 2 ** 30)} GiB`,
    system: `${process.platform} ${process.arch}`,
    ...more,
  };
}

const repository = fileURLToPath(new URL('../../../../', import.meta.url));

/** A folder of the published data; throws Absent, saying where it was looked for, where it is not there. */
export function dataFolder(name: string): string {
  // eslint-disable-next-line no-restricted-syntax -- a bench is a program of its own, and this is its one setting
  const root = process.env['GRAFT_DATA_DIR'] ?? join(repository, '../shared/data');
  const folder = resolve(root, name);
  if (!existsSync(folder))
    throw new Absent(
      `Data "${name}": expected the folder ${folder}, found none. Set GRAFT_DATA_DIR to the folder above it.`,
    );
  return folder;
}

function onnxruntimeVersion(): string {
  const manifest = new URL(import.meta.resolve('onnxruntime-node/package.json'));
  return (JSON.parse(readFileSync(manifest, 'utf8')) as { version: string }).version;
}

const number = (value: number): string => (Number.isInteger(value) ? String(value) : value.toPrecision(4));
