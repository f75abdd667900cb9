import { type ArtifactKind, EvaluationReport, PreflightReport, SpaceReport } from '@graft/protocol';
import { Injectable } from '@nestjs/common';
import { ArtifactsService } from '../artifacts/index.js';
import { DomainError, notFound, type Page } from '../kernel/index.js';
import type { Run } from './run.entity.js';
import type { RunArtifact, RunLog, RunMetric } from './run-records.entity.js';
import { RunRecordsRepository } from './run-records.repository.js';
import { RunsRepository, type RunsFilter } from './runs.repository.js';

/** Reads what runs are and leave. */
@Injectable()
export class RunsService {
  constructor(
    private readonly runs: RunsRepository,
    private readonly records: RunRecordsRepository,
    private readonly artifactStore: ArtifactsService,
  ) {}

  list(filter: RunsFilter, page: Parameters<RunsRepository['list']>[1]): Promise<Page<Run>> {
    return this.runs.list(filter, page);
  }

  async get(id: string): Promise<Run> {
    const run = await this.runs.find(id);
    if (run === null) throw notFound('run', id);
    return run;
  }

  async metrics(id: string): Promise<RunMetric[]> {
    return await this.records.metricsOf((await this.get(id)).id);
  }

  async logs(id: string, afterId: string, limit: number): Promise<RunLog[]> {
    return await this.records.logsOf((await this.get(id)).id, afterId, limit);
  }

  async artifacts(id: string): Promise<RunArtifact[]> {
    return await this.records.artifactsOf((await this.get(id)).id);
  }

  /** @throws DomainError `report-missing` for a run that is not a succeeded evaluation */
  async report(id: string): Promise<EvaluationReport> {
    return EvaluationReport.parse(
      await this.readReport(id, { kind: 'report', file: 'report.json', of: 'an evaluate run' }),
    );
  }

  /** @throws DomainError `report-missing` for a run that is not a succeeded inspection of a space */
  async spaceReport(id: string): Promise<SpaceReport> {
    return SpaceReport.parse(
      await this.readReport(id, { kind: 'space-report', file: 'space.json', of: 'an inspect-space run' }),
    );
  }

  /** @throws DomainError `report-missing` for a run that is not a succeeded preflight */
  async preflight(id: string): Promise<PreflightReport> {
    return PreflightReport.parse(
      await this.readReport(id, { kind: 'preflight', file: 'preflight.json', of: 'a run with "preflight: true"' }),
    );
  }

  private async readReport(
    id: string,
    { kind, file, of }: { kind: ArtifactKind; file: string; of: string },
  ): Promise<unknown> {
    const artifact = (await this.artifacts(id)).find((candidate) => candidate.kind === kind);
    if (artifact === undefined)
      throw new DomainError('report-missing', `The run ${id} has no such report: only ${of} that succeeded has one.`);
    return JSON.parse((await this.artifactStore.readFile(artifact.treeHash, file)).toString('utf8'));
  }
}
