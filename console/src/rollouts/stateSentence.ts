import type { Rollout } from '../api/contract.js';

/** Where a rollout stands and who is to act next. */
export function stateSentence({ state, requestedBy, modelName, version, previousVersion }: Pick<Rollout, 'state' | 'requestedBy' | 'modelName' | 'version' | 'previousVersion'>): string {
  const back = previousVersion === null ? 'no version' : `v${previousVersion}`;
  switch (state) {
    case 'requested':
      return `Waits for an administrator other than ${requestedBy.name}.`;
    case 'approved':
      return 'Approved; the promotion starts in a moment.';
    case 'promoting':
      return `The promotion runs; ${back} keeps serving until it is done.`;
    case 'live':
      return `${modelName} v${version} is champion. One click leads back to ${back}.`;
    case 'rejected':
      return `Rejected; ${back} stays champion.`;
    case 'failed':
      return `The promotion failed and was undone; ${back} is champion.`;
    case 'cancelled':
      return `Withdrawn; ${back} stays champion.`;
    case 'rolled-back':
      return `Rolled back; ${back} is champion again.`;
  }
}
