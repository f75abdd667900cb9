import { Injectable } from '@nestjs/common';
import type { Page } from '../kernel/index.js';
import type { RolloutDetailDto, RolloutDto } from './dto/rollout.dto.js';
import type { EvidenceDocument } from './evidence.js';
import type { Rollout } from './rollout.entity.js';
import { RolloutsRepository } from './rollouts.repository.js';

/** Rollouts as people read them: with names, evidence and story. */
@Injectable()
export class RolloutsReader {
  constructor(private readonly repository: RolloutsRepository) {}

  async page({ items, total }: Page<Rollout>): Promise<Page<RolloutDto>> {
    const [evidence, versions, names] = await Promise.all([
      this.repository.findEvidence(items.map(({ evidenceSha256 }) => evidenceSha256)),
      this.repository.versions(
        items.flatMap(({ previousVersionId }) => (previousVersionId === null ? [] : [previousVersionId])),
      ),
      this.namesOf(items.map(({ requestedBy }) => requestedBy)),
    ]);
    const documents = new Map(
      evidence.map(({ sha256, document }) => [sha256, JSON.parse(document) as EvidenceDocument]),
    );
    return {
      total,
      items: items.map((rollout) => {
        const { facts, outcome } = documents.get(rollout.evidenceSha256)!;
        const previous = versions.find(({ id }) => id === rollout.previousVersionId);
        return {
          id: rollout.id,
          modelId: rollout.modelId,
          modelName: facts.modelName,
          candidate: { id: facts.candidate.id, version: facts.candidate.version },
          previous: previous === undefined ? null : { id: previous.id, version: previous.version },
          endpointId: rollout.endpointId,
          state: rollout.state,
          reason: rollout.reason,
          requestedBy: names(rollout.requestedBy),
          requestedAt: rollout.requestedAt.toISOString(),
          outcome,
          evidenceSha256: rollout.evidenceSha256,
        };
      }),
    };
  }

  async detail(rollout: Rollout): Promise<RolloutDetailDto> {
    const [page, evidence, approvals, moves] = await Promise.all([
      this.page({ items: [rollout], total: 1 }),
      this.repository.findEvidence([rollout.evidenceSha256]),
      this.repository.approvalsOf(rollout.id),
      this.repository.movesOf(rollout.id),
    ]);
    const names = await this.namesOf([...approvals, ...moves].map(({ personId }) => personId));
    return {
      ...page.items[0]!,
      evidence: JSON.parse(evidence[0]!.document) as EvidenceDocument,
      approvals: approvals.map(({ personId, comment, approvedAt, evidenceSha256 }) => ({
        person: names(personId),
        comment,
        at: approvedAt.toISOString(),
        counts: evidenceSha256 === rollout.evidenceSha256,
      })),
      moves: moves.map(({ state, personId, comment, movedAt }) => ({
        state,
        person: names(personId),
        comment,
        at: movedAt.toISOString(),
      })),
    };
  }

  private async namesOf(ids: readonly string[]): Promise<(id: string) => { id: string; name: string }> {
    const people = new Map((await this.repository.peopleNames([...new Set(ids)])).map(({ id, name }) => [id, name]));
    return (id) => ({ id, name: people.get(id)! });
  }
}
