import { Injectable } from '@nestjs/common';
import { DataSource, In } from 'typeorm';
import { Person } from '../identity/index.js';
import { DomainError, newId, notFound, window, type Page, type PageRequest } from '../kernel/index.js';
import { ModelVersion } from '../models/index.js';
import type { Tx } from '../platform/database/index.js';
import { Rollout, RolloutApproval, RolloutEvidence, RolloutMove } from './rollout.entity.js';
import { rolloutStates, type RolloutState } from './rollout.states.js';

export interface RolloutFilter extends PageRequest<'requestedAt'> {
  readonly state?: RolloutState | undefined;
  readonly modelId?: string | undefined;
}

/** One move: the state it ends in, who made it and why. */
export interface Step {
  readonly to: RolloutState;
  readonly personId: string;
  readonly comment: string;
}

const UNIQUE_VIOLATION = '23505';

@Injectable()
export class RolloutsRepository {
  constructor(private readonly dataSource: DataSource) {}

  /** Every decision about a model's champion runs under this lock, one after the other. */
  async lockModel(modelId: string, tx: Tx): Promise<void> {
    await tx.query('SELECT id FROM models WHERE id = $1 FOR UPDATE', [modelId]);
  }

  /** @throws DomainError `rollout-open` when the model has an open one */
  async insert(rollout: Rollout, tx: Tx): Promise<void> {
    try {
      await tx.insert(Rollout, rollout);
    } catch (error) {
      if ((error as { code?: unknown }).code !== UNIQUE_VIOLATION) throw error;
      throw new DomainError(
        'rollout-open',
        'A rollout of this model is open already. Decide or cancel it before you request another.',
      );
    }
    await this.recordMove(
      rollout.id,
      { to: rollout.state, personId: rollout.requestedBy, comment: rollout.reason },
      tx,
    );
  }

  async get(id: string, tx: Tx = this.dataSource.manager): Promise<Rollout> {
    const rollout = await tx.findOneBy(Rollout, { id });
    if (rollout === null) throw notFound('rollout', id);
    return rollout;
  }

  async list(filter: RolloutFilter): Promise<Page<Rollout>> {
    const where = {
      ...(filter.state === undefined ? {} : { state: filter.state }),
      ...(filter.modelId === undefined ? {} : { modelId: filter.modelId }),
    };
    const [items, total] = await this.dataSource.manager.findAndCount(Rollout, {
      where,
      order: { [filter.sort]: filter.order, id: 'ASC' },
      ...window(filter),
    });
    return { items, total };
  }

  findLive(modelId: string, tx: Tx): Promise<Rollout | null> {
    return tx.findOneBy(Rollout, { modelId, state: 'live' });
  }

  /** The rollout that made this version champion the last time. */
  findSuperseded(modelVersionId: string, tx: Tx): Promise<Rollout | null> {
    return tx.findOne(Rollout, { where: { modelVersionId, state: 'superseded' }, order: { requestedAt: 'DESC' } });
  }

  /**
   * Moves a rollout and records who did it.
   * @throws DomainError `rollout-moved` when it is not in state `from` any more: somebody else was faster
   */
  async move(id: string, from: RolloutState, step: Step, tx: Tx): Promise<void> {
    rolloutStates.assertMove(from, step.to);
    const { affected } = await tx.update(Rollout, { id, state: from }, { state: step.to });
    if (affected !== 1) throw rolloutMoved(from);
    await this.recordMove(id, step, tx);
  }

  async setPreviousVersion(id: string, previousVersionId: string | null, tx: Tx): Promise<void> {
    await tx.update(Rollout, { id }, { previousVersionId });
  }

  /** @throws DomainError `already-approved` */
  async insertApproval(approval: RolloutApproval, tx: Tx): Promise<void> {
    const inserted = await tx
      .createQueryBuilder()
      .insert()
      .into(RolloutApproval)
      .values(approval)
      .orIgnore()
      .returning('rollout_id')
      .execute();
    if ((inserted.raw as unknown[]).length === 0)
      throw new DomainError(
        'already-approved',
        'You approved this evidence already. Another person has to approve it too.',
      );
  }

  approvalsOf(rolloutId: string, tx: Tx = this.dataSource.manager): Promise<RolloutApproval[]> {
    return tx.find(RolloutApproval, { where: { rolloutId }, order: { approvedAt: 'ASC' } });
  }

  movesOf(rolloutId: string): Promise<RolloutMove[]> {
    return this.dataSource.manager.find(RolloutMove, { where: { rolloutId }, order: { movedAt: 'ASC', id: 'ASC' } });
  }

  findEvidence(hashes: readonly string[], tx: Tx = this.dataSource.manager): Promise<RolloutEvidence[]> {
    return tx.findBy(RolloutEvidence, { sha256: In([...hashes]) });
  }

  /** The end of the model's chain, whichever rollout it belongs to. */
  lastEvidence(modelId: string, tx: Tx): Promise<RolloutEvidence | null> {
    return tx.findOne(RolloutEvidence, { where: { modelId }, order: { sequence: 'DESC' } });
  }

  async appendEvidence(evidence: RolloutEvidence, tx: Tx): Promise<void> {
    await tx.insert(RolloutEvidence, evidence);
    await tx.update(Rollout, { id: evidence.rolloutId }, { evidenceSha256: evidence.sha256 });
  }

  /** The newest report of an evaluation that had this version among its candidates, with the candidate's place. */
  async latestReport({
    id,
    treeHash,
    runId,
  }: ModelVersion): Promise<{ runId: string; reportTree: string; candidateName: string } | null> {
    const [found] = await this.dataSource.query<{ runId: string; reportTree: string; candidateName: string }[]>(
      `SELECT r.id AS "runId", a.tree_hash AS "reportTree",
              r.parameters #>> ARRAY['candidates', input #>> '{path,1}', 'name'] AS "candidateName"
         FROM runs r
         JOIN run_artifacts a ON a.run_id = r.id AND a.kind = 'report'
        CROSS JOIN LATERAL jsonb_array_elements(r.inputs) AS input
        WHERE r.recipe = 'evaluate' AND r.state = 'succeeded' AND input ->> 'accepts' = 'bundle'
          AND (input #>> '{source,modelVersionId}' = $1 OR input #>> '{source,tree}' = $2 OR input #>> '{source,runId}' = $3)
        ORDER BY r.ended_at DESC
        LIMIT 1`,
      [id, treeHash, runId],
    );
    return found ?? null;
  }

  peopleNames(ids: readonly string[]): Promise<Person[]> {
    return this.dataSource.manager.find(Person, { where: { id: In([...ids]) }, select: { id: true, name: true } });
  }

  versions(ids: readonly string[]): Promise<ModelVersion[]> {
    return this.dataSource.manager.findBy(ModelVersion, { id: In([...ids]) });
  }

  private async recordMove(rolloutId: string, { to, personId, comment }: Step, tx: Tx): Promise<void> {
    await tx.insert(RolloutMove, { id: newId(), rolloutId, state: to, personId, comment, movedAt: new Date() });
  }
}

export function rolloutMoved(expected: RolloutState): DomainError {
  return new DomainError(
    'rollout-moved',
    `This rollout is not ${expected} any more: somebody else decided in the meantime. Read it again.`,
  );
}
