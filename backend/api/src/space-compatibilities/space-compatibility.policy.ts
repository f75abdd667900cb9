import type { SpaceReport } from '@graft/protocol';
import { DomainError } from '../kernel/index.js';
import type { QueryMap } from './space-compatibility.entity.js';

/** Of ten answers at most two may differ from what the space itself would give, and that surely. */
export const LEAST_OVERLAP = 0.8;
export const LEAST_QUERIES = 100;
const DEPTH = 10;

export interface MeasuredCompatibility {
  readonly querySpaceId: string;
  readonly storedSpaceId: string;
  readonly overlap: number;
  readonly overlapLow: number;
  readonly queries: number;
}

/** What a report says for a map. @throws DomainError `space-not-compatible` where it does not say enough, or says no */
export function measuredCompatibility(report: SpaceReport, map: QueryMap): MeasuredCompatibility {
  const { against, space } = report;
  if (against === null)
    throw refused(
      'the run looked at one snapshot only. Run inspect-space with "against" naming a snapshot of the other space.',
    );
  if (against.space.id === space.id) throw refused(`both snapshots are of the space ${space.id}, which needs no word.`);
  if (against.crossQueries === null)
    throw refused(
      `the spaces have ${space.definition.dim} and ${against.space.definition.dim} dimensions; no query of one can be asked in the other.`,
    );
  const measured = against.crossQueries[map === 'none' ? 'unmapped' : 'mapped'].find(({ k }) => k === DEPTH)?.overlap;
  if (measured === undefined || measured.n < LEAST_QUERIES)
    throw refused(`expected at least ${LEAST_QUERIES} queries with ${DEPTH} neighbours, found ${measured?.n ?? 0}.`);
  if (measured.low < LEAST_OVERLAP)
    throw refused(
      `expected that queries find at least ${LEAST_OVERLAP} of the ${DEPTH} nearest, found ${measured.value.toFixed(3)} (95 % from ${measured.low.toFixed(3)}) with map "${map}". Encode the catalogue again instead.`,
    );
  return {
    querySpaceId: space.id,
    storedSpaceId: against.space.id,
    overlap: measured.value,
    overlapLow: measured.low,
    queries: measured.n,
  };
}

const refused = (reason: string): DomainError =>
  new DomainError('space-not-compatible', `The spaces cannot be declared compatible: ${reason}`);
