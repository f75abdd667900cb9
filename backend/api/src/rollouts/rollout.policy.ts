import type { Role } from '../identity/index.js';
import { DomainError } from '../kernel/index.js';

/** Different people who must approve the same evidence. */
export const REQUIRED_APPROVALS = 1;

export interface Approval {
  readonly personId: string;
  readonly evidenceSha256: string;
}

/** Four eyes: whoever asks never decides. @throws DomainError `requester-cannot-approve` */
export function assertMayApprove(requestedBy: string, approver: string): void {
  if (requestedBy === approver) {
    throw new DomainError(
      'requester-cannot-approve',
      'You requested this rollout, so somebody else has to approve it. Ask another admin.',
    );
  }
}

/** Taking a request back is for whoever made it, and for admins. @throws DomainError `permission-missing` */
export function assertMayCancel(requestedBy: string, actor: { readonly personId: string; readonly role: Role }): void {
  if (actor.personId !== requestedBy && actor.role !== 'admin') {
    throw new DomainError(
      'permission-missing',
      'Only the person who requested this rollout, or an admin, may cancel it.',
    );
  }
}

/** Only approvals of the evidence that stands now count: new evidence resets them without anybody deleting them. */
export function isApproved(
  approvals: readonly Approval[],
  evidenceSha256: string,
  required = REQUIRED_APPROVALS,
): boolean {
  const approvers = new Set(
    approvals.filter((approval) => approval.evidenceSha256 === evidenceSha256).map(({ personId }) => personId),
  );
  return approvers.size >= required;
}
