import { Injectable } from '@nestjs/common';
import { EvaluationReport } from '@graft/protocol';
import { AnalysesService, analysisDto } from '../analysis/index.js';
import { ArtifactsService } from '../artifacts/index.js';
import { ModelsService, type ModelVersion } from '../models/index.js';
import type { Tx } from '../platform/database/index.js';
import type { EvaluationEvidence, Facts } from './evidence.js';
import { RolloutsRepository } from './rollouts.repository.js';

const REPORT_FILE = 'report.json';

/** Collects what is known about a candidate at this moment. */
@Injectable()
export class EvidenceService {
  constructor(
    private readonly repository: RolloutsRepository,
    private readonly models: ModelsService,
    private readonly analyses: AnalysesService,
    private readonly artifacts: ArtifactsService,
  ) {}

  async gather(modelVersionId: string, endpointId: string | null): Promise<Facts> {
    const candidate = await this.models.getVersion(modelVersionId);
    const [champion, evaluation, analysis] = await Promise.all([
      this.championOf(candidate.modelId),
      this.evaluationOf(candidate),
      endpointId === null ? null : this.analyses.findLatest(endpointId),
    ]);
    return {
      modelId: candidate.modelId,
      modelName: candidate.modelName,
      candidate: versionEvidence(candidate),
      champion,
      evaluation,
      analysis: analysis === null ? null : analysisDto(analysis),
    };
  }

  /** With `tx` that holds the model's lock, what it says stays true until that transaction ends. */
  async championOf(modelId: string, tx?: Tx): Promise<Facts['champion']> {
    const champion = await this.models.findChampion(modelId, tx);
    return champion === null ? null : versionEvidence(champion);
  }

  private async evaluationOf(version: ModelVersion): Promise<EvaluationEvidence | null> {
    const found = await this.repository.latestReport(version);
    if (found === null) return null;
    const report = EvaluationReport.parse(
      JSON.parse((await this.artifacts.readFile(found.reportTree, REPORT_FILE)).toString('utf8')),
    );
    const { split, targets, itemCount, accuracy, paired, control, ratios } = report;
    return {
      runId: found.runId,
      reportTree: found.reportTree,
      candidate: found.candidateName,
      split,
      targets,
      itemCount,
      accuracy,
      paired,
      control,
      ratios,
    };
  }
}

function versionEvidence({ id, version, treeHash, lineage }: ModelVersion): Facts['candidate'] {
  return { id, version, treeHash, lineage };
}
