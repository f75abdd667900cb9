import type { RolloutDetail } from '../api/schemas.js';

type Standing = Pick<RolloutDetail, 'state' | 'requestedBy' | 'modelName' | 'candidate' | 'previous'>;

/** Where a rollout stands and who is to act next. */
export function stateSentence({ state, requestedBy, modelName, candidate, previous }: Standing): string {
  switch (state) {
    case 'requested':
      return `Waits for an administrator other than ${requestedBy.name}. Until then nothing changes.`;
    case 'promoting':
      return 'Approved; the promotion runs, and the champion before keeps serving until it is done.';
    case 'live':
      return previous
        ? `${modelName} v${candidate.version} is champion. One click leads back to v${previous.version}.`
        : `${modelName} v${candidate.version} is the first champion of ${modelName}.`;
    case 'superseded':
      return `It was champion until a later rollout took over.`;
    case 'rejected':
      return 'Rejected; the champion stays what it was.';
    case 'cancelled':
      return 'Withdrawn; the champion stays what it was.';
    case 'rolled-back':
      return previous
        ? `Rolled back; v${previous.version} is champion again.`
        : `Rolled back; ${modelName} has no champion again.`;
  }
}
