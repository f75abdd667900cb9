import { Injectable } from '@nestjs/common';
import { AnalysesService } from '../analysis/index.js';
import { EndpointsService } from '../endpoints/index.js';
import type { Actor } from '../identity/index.js';
import { DomainError, invalidField, newId, type Page } from '../kernel/index.js';
import { ModelsService } from '../models/index.js';
import { Transactions, type Tx } from '../platform/database/index.js';
import { Live } from '../platform/live/index.js';
import { sameFacts, seal, type EvidenceDocument, type Facts } from './evidence.js';
import { EvidenceService } from './evidence.service.js';
import { assertMayApprove, assertMayCancel, isApproved } from './rollout.policy.js';
import type { Rollout } from './rollout.entity.js';
import { rolloutStates } from './rollout.states.js';
import { rolloutMoved, RolloutsRepository, type RolloutFilter } from './rollouts.repository.js';

export interface NewRollout {
  readonly modelVersionId: string;
  readonly endpointId?: string | undefined;
  readonly reason: string;
}

@Injectable()
export class RolloutsService {
  constructor(
    private readonly repository: RolloutsRepository,
    private readonly evidence: EvidenceService,
    private readonly models: ModelsService,
    private readonly endpoints: EndpointsService,
    private readonly analyses: AnalysesService,
    private readonly transactions: Transactions,
    private readonly live: Live,
  ) {}

  get(id: string): Promise<Rollout> {
    return this.repository.get(id);
  }

  list(filter: RolloutFilter): Promise<Page<Rollout>> {
    return this.repository.list(filter);
  }

  /** Gathers the evidence and opens the rollout. @throws DomainError `already-champion`, `rollout-open`, `validation-failed` */
  async request(actor: Actor, wanted: NewRollout): Promise<Rollout> {
    const { modelVersionId, reason } = wanted;
    const endpointId = wanted.endpointId ?? null;
    if (endpointId !== null) {
      await this.checkMetTraffic(endpointId, modelVersionId);
      await this.analyses.analyseAgain(endpointId);
    }
    const facts = await this.evidence.gather(modelVersionId, endpointId);
    if (facts.champion?.id === modelVersionId)
      throw new DomainError(
        'already-champion',
        `Version ${facts.candidate.version} is the champion of ${facts.modelName} already.`,
      );
    const rollout: Rollout = {
      id: newId(),
      modelId: facts.modelId,
      modelVersionId,
      previousVersionId: null,
      endpointId,
      state: rolloutStates.initial,
      reason,
      requestedBy: actor.personId,
      requestedAt: new Date(),
      evidenceSha256: '',
    };
    return this.transactions.run(async (tx) => {
      await this.repository.lockModel(facts.modelId, tx);
      await this.repository.insert(rollout, tx);
      await this.appendEvidence(rollout, facts, tx);
      await this.live.changed(tx, { resource: 'rollouts', id: rollout.id, type: 'created' });
      return this.repository.get(rollout.id, tx);
    });
  }

  /**
   * Approves the evidence that stands; the last approval needed makes the version champion in the same transaction.
   * @param seenSha256 the evidence the approver read, where the client says
   * @throws DomainError `requester-cannot-approve`; `evidence-changed` when something new is known, which is on record then and resets approvals;
   *   `rollout-moved`, `already-approved`
   */
  async approve(
    id: string,
    actor: Actor,
    { comment, evidenceSha256: seenSha256 }: { comment: string; evidenceSha256?: string | undefined },
  ): Promise<Rollout> {
    const { requestedBy, modelVersionId, endpointId, modelId } = await this.repository.get(id);
    assertMayApprove(requestedBy, actor.personId);
    const gathered = await this.evidence.gather(modelVersionId, endpointId);
    const approved = await this.transactions.run(async (tx) => {
      await this.repository.lockModel(modelId, tx);
      // Before the lock a rollback can still move the champion that the candidate is compared with.
      const facts = { ...gathered, champion: await this.evidence.championOf(modelId, tx) };
      const rollout = await this.repository.get(id, tx);
      if (rollout.state !== 'requested') throw rolloutMoved('requested');
      if (!sameFacts(await this.standingEvidence(rollout, tx), facts)) {
        await this.appendEvidence(rollout, facts, tx);
        await this.live.changed(tx, { resource: 'rollouts', id, type: 'updated' });
        return null;
      }
      if (seenSha256 !== undefined && seenSha256 !== rollout.evidenceSha256) return null;
      await this.repository.insertApproval(
        {
          rolloutId: id,
          personId: actor.personId,
          evidenceSha256: rollout.evidenceSha256,
          comment,
          approvedAt: new Date(),
        },
        tx,
      );
      if (isApproved(await this.repository.approvalsOf(id, tx), rollout.evidenceSha256))
        await this.promote(rollout, actor, comment, tx);
      await this.live.changed(tx, { resource: 'rollouts', id, type: 'updated' });
      return this.repository.get(id, tx);
    });
    if (approved === null)
      throw new DomainError(
        'evidence-changed',
        'Something new is known about this rollout, so earlier approvals do not count. Read the evidence again, then approve it.',
      );
    return approved;
  }

  reject(id: string, actor: Actor, comment: string): Promise<Rollout> {
    return this.close(id, 'rejected', actor, comment);
  }

  async cancel(id: string, actor: Actor): Promise<Rollout> {
    assertMayCancel((await this.repository.get(id)).requestedBy, actor);
    return this.close(id, 'cancelled', actor, '');
  }

  /** Makes the version champion again that was champion before; a model's first champion leaves it without one. @throws DomainError `rollout-moved` */
  async rollback(id: string, actor: Actor, reason: string): Promise<Rollout> {
    const { modelId } = await this.repository.get(id);
    return this.transactions.run(async (tx) => {
      await this.repository.lockModel(modelId, tx);
      const { previousVersionId } = await this.repository.get(id, tx);
      await this.repository.move(id, 'live', { to: 'rolled-back', personId: actor.personId, comment: reason }, tx);
      if (previousVersionId === null) await this.models.clearChampion(modelId, tx);
      else await this.models.moveChampion(previousVersionId, tx);
      const restored = previousVersionId === null ? null : await this.repository.findSuperseded(previousVersionId, tx);
      if (restored)
        await this.repository.move(
          restored.id,
          'superseded',
          { to: 'live', personId: actor.personId, comment: reason },
          tx,
        );
      for (const changed of [id, ...(restored ? [restored.id] : [])])
        await this.live.changed(tx, { resource: 'rollouts', id: changed, type: 'updated' });
      return this.repository.get(id, tx);
    });
  }

  private async promote(
    { id, modelId, modelVersionId }: Rollout,
    { personId }: Actor,
    comment: string,
    tx: Tx,
  ): Promise<void> {
    await this.repository.move(id, 'requested', { to: 'promoting', personId, comment }, tx);
    const replaced = await this.repository.findLive(modelId, tx);
    if (replaced) await this.repository.move(replaced.id, 'live', { to: 'superseded', personId, comment }, tx);
    await this.repository.setPreviousVersion(id, await this.models.moveChampion(modelVersionId, tx), tx);
    await this.repository.move(id, 'promoting', { to: 'live', personId, comment }, tx);
  }

  private close(id: string, to: 'rejected' | 'cancelled', { personId }: Actor, comment: string): Promise<Rollout> {
    return this.transactions.run(async (tx) => {
      await this.repository.move(id, 'requested', { to, personId, comment }, tx);
      await this.live.changed(tx, { resource: 'rollouts', id, type: 'updated' });
      return this.repository.get(id, tx);
    });
  }

  private async standingEvidence(rollout: Rollout, tx: Tx): Promise<EvidenceDocument> {
    const [standing] = await this.repository.findEvidence([rollout.evidenceSha256], tx);
    if (!standing)
      throw new Error(`rollout ${rollout.id} points at evidence ${rollout.evidenceSha256}, which is not there`);
    return JSON.parse(standing.document) as EvidenceDocument;
  }

  /** Adds to the model's chain; the caller holds the model's lock. */
  private async appendEvidence({ id, modelId }: Rollout, facts: Facts, tx: Tx): Promise<void> {
    const last = await this.repository.lastEvidence(modelId, tx);
    const sequence = (last?.sequence ?? 0) + 1;
    const gatheredAt = new Date();
    const sealed = seal({
      rolloutId: id,
      sequence,
      previousSha256: last?.sha256 ?? null,
      gatheredAt: gatheredAt.toISOString(),
      facts,
    });
    await this.repository.appendEvidence({ ...sealed, rolloutId: id, modelId, sequence, gatheredAt }, tx);
  }

  private async checkMetTraffic(endpointId: string, modelVersionId: string): Promise<void> {
    const { variants } = await this.endpoints.get(endpointId);
    if (!variants.some((variant) => variant.modelVersionId === modelVersionId)) {
      throw invalidField('endpointId', 'an endpoint that has the version as a variant', endpointId);
    }
  }
}
