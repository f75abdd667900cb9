import type { Schemas } from '../api.js';
import { seconds, table } from '../terminal/table.js';

export type PreflightReport = Schemas['PreflightReport'];

const mebibytes = (bytes: number): string => `${Math.round(bytes / 2 ** 20)} MiB`;

/** What a person wants to know of a training before starting it: what is wrong, then what it takes. */
export function preflightLines(step: string, { items, findings, estimate }: PreflightReport): string[] {
  const { stepSeconds, totalSteps, cost, memoryLimitBytes } = estimate;
  const limit = memoryLimitBytes === null ? '' : ` of ${mebibytes(memoryLimitBytes)}`;
  const cheapest = 0.01;
  return [
    `${step}: ${items.train} items to train on, ${items.validation} to validate on`,
    ...(findings.length === 0
      ? ['  nothing to look at before starting']
      : findings.map(({ level, message }) => `  ${level.padEnd(7)}  ${message}`)),
    ...table(
      [{ title: '  time' }, { title: 'steps' }, { title: 'one step' }, { title: 'peak memory' }, { title: 'cost' }],
      [
        [
          `  ${seconds(1000 * estimate.totalSeconds)}`,
          String(totalSteps),
          `${seconds(1000 * stepSeconds.median)} (${seconds(1000 * stepSeconds.low)} to ${seconds(1000 * stepSeconds.high)}, n ${stepSeconds.n})`,
          mebibytes(estimate.peakMemoryBytes) + limit,
          `${cost.value < cheapest ? cost.value.toPrecision(2) : cost.value.toFixed(2)} ${cost.currency}`,
        ],
      ],
    ),
  ];
}
