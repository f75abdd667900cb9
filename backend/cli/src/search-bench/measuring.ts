import type { Figure } from '../main-job/figures.js';
import type { Session } from '../session.js';
import { askOrThrow, type Question } from './asking.js';
import type { Questions } from './questions.js';

const NEIGHBOURS = 10;
const WARM_UP = 10;
const NORMAL_95 = 1.96;

/** The value below which `share` of them lie, with the 95 % interval of its rank. */
export function quantileFigure(name: string, share: number, values: readonly number[]): Figure {
  const sorted = values.toSorted((a, b) => a - b);
  const spread = NORMAL_95 * Math.sqrt(sorted.length * share * (1 - share));
  const at = (rank: number): number => sorted[Math.min(sorted.length, Math.max(1, Math.ceil(rank))) - 1] ?? Number.NaN;
  const rank = share * sorted.length;
  return { name, unit: 'ms', value: at(rank), n: sorted.length, low: at(rank - spread), high: at(rank + spread) };
}

/** Mean with the 95 % interval of the normal approximation, within 0..1. */
export function shareFigure(name: string, values: readonly number[]): Figure {
  const n = values.length;
  const mean = values.reduce((sum, value) => sum + value, 0) / n;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2 / Math.max(1, n - 1), 0);
  const spread = NORMAL_95 * Math.sqrt(variance / n);
  return { name, unit: 'share', value: mean, n, low: Math.max(0, mean - spread), high: Math.min(1, mean + spread) };
}

/**
 * Each question twice, one right after the other: through the index, and compared with every vector. What the index finds of the ten
 * nearest is the recall; both are timed here, through the api, and by the sandbox itself. One question at a time.
 */
export async function measureSearches(session: Session, indexId: string, questions: Questions): Promise<Figure[]> {
  const kinds = Object.entries({ picture: questions.pictures, item: questions.items, text: questions.texts });
  const recalls: number[] = [];
  const figures: Figure[] = [];
  for (const [kind, asked] of kinds.filter(([, list]) => list.length > 0)) {
    const { found, recall } = await measureKind(session, indexId, asked);
    recalls.push(...recall);
    const ofIndex = found.map(({ approximate }) => approximate);
    const suffix = kind === 'picture' ? '' : `_${kind}`;
    figures.push(
      quantileFigure(
        `p50_ms${suffix}`,
        0.5,
        ofIndex.map(({ ms }) => ms),
      ),
      quantileFigure(
        `p95_ms${suffix}`,
        0.95,
        ofIndex.map(({ ms }) => ms),
      ),
      quantileFigure(
        `p50_ms_sandbox${suffix}`,
        0.5,
        ofIndex.map(({ tookMs }) => tookMs),
      ),
      quantileFigure(
        `p95_ms_sandbox${suffix}`,
        0.95,
        ofIndex.map(({ tookMs }) => tookMs),
      ),
      quantileFigure(
        `p50_ms_exact_sandbox${suffix}`,
        0.5,
        found.map(({ exact }) => exact.tookMs),
      ),
      quantileFigure(
        `p95_ms_exact_sandbox${suffix}`,
        0.95,
        found.map(({ exact }) => exact.tookMs),
      ),
    );
  }
  return [shareFigure('recall10', recalls), ...figures];
}

async function measureKind(session: Session, indexId: string, questions: readonly Question[]) {
  const found = [];
  const recall: number[] = [];
  for (const question of questions.slice(0, WARM_UP)) await askOrThrow(session, indexId, question);
  for (const question of questions) {
    const plain = { ...question, limit: NEIGHBOURS, fold: 'none' } as const;
    const approximate = await askOrThrow(session, indexId, plain);
    const exact = await askOrThrow(session, indexId, { ...plain, exact: true });
    const proposed = new Set(approximate.items.map(({ id }) => id));
    recall.push(exact.items.filter(({ id }) => proposed.has(id)).length / exact.items.length);
    found.push({ approximate, exact });
  }
  return { found, recall };
}
