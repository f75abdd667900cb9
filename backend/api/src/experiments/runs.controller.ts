import { EvaluationReport, PreflightReport, SpaceReport } from '@graft/protocol';
import { Controller, Get, Param, Post, Query } from '@nestjs/common';
import { Requires } from '../identity/index.js';
import { Audited, dto, Id, Operation } from '../platform/http/index.js';
import {
  ListRunLogsQuery,
  ListRunsQuery,
  RunArtifactListDto,
  runArtifactListDto,
  RunDto,
  runDto,
  RunListDto,
  RunLogListDto,
  runLogListDto,
  RunMetricListDto,
  runMetricListDto,
} from './dto/runs.dto.js';
import { ExperimentsService } from './experiments.service.js';
import { RunsService } from './runs.service.js';

const EvaluationReportDto = dto('EvaluationReport', EvaluationReport);
const PreflightReportDto = dto('PreflightReport', PreflightReport);
const SpaceReportDto = dto('SpaceReport', SpaceReport);

@Controller('runs')
export class RunsController {
  constructor(
    private readonly runs: RunsService,
    private readonly experiments: ExperimentsService,
  ) {}

  @Get()
  @Requires('experiments:read')
  @Operation({ id: 'listRuns', summary: 'Runs, of one experiment or of all', returns: RunListDto })
  async list(@Query({ schema: ListRunsQuery }) query: ListRunsQuery): Promise<RunListDto> {
    const { items, total } = await this.runs.list(query, query);
    return { items: items.map(runDto), total };
  }

  @Get(':id')
  @Requires('experiments:read')
  @Operation({ id: 'getRun', summary: 'One run', returns: RunDto })
  async get(@Param('id', { schema: Id }) id: string): Promise<RunDto> {
    return runDto(await this.runs.get(id));
  }

  @Post(':id/cancel')
  @Requires('experiments:cancel')
  @Audited('experiments.cancel-run')
  @Operation({ id: 'cancelRun', summary: 'Cancel one run; the steps that wait for it are skipped', returns: RunDto })
  async cancel(@Param('id', { schema: Id }) id: string): Promise<RunDto> {
    return runDto(await this.experiments.cancelRun(id));
  }

  @Get(':id/metrics')
  @Requires('experiments:read')
  @Operation({ id: 'listRunMetrics', summary: 'Every metric the run reported, by step', returns: RunMetricListDto })
  async metrics(@Param('id', { schema: Id }) id: string): Promise<RunMetricListDto> {
    return runMetricListDto(await this.runs.metrics(id));
  }

  @Get(':id/logs')
  @Requires('experiments:read')
  @Operation({ id: 'listRunLogs', summary: 'Log lines after a known one', returns: RunLogListDto })
  async logs(
    @Param('id', { schema: Id }) id: string,
    @Query({ schema: ListRunLogsQuery }) query: ListRunLogsQuery,
  ): Promise<RunLogListDto> {
    return runLogListDto(await this.runs.logs(id, query.afterId, query.limit));
  }

  @Get(':id/artifacts')
  @Requires('experiments:read')
  @Operation({ id: 'listRunArtifacts', summary: 'What the run made', returns: RunArtifactListDto })
  async artifacts(@Param('id', { schema: Id }) id: string): Promise<RunArtifactListDto> {
    return runArtifactListDto(await this.runs.artifacts(id));
  }

  @Get(':id/report')
  @Requires('experiments:read')
  @Operation({ id: 'getRunReport', summary: 'The report of an evaluation', returns: EvaluationReportDto })
  report(@Param('id', { schema: Id }) id: string): Promise<EvaluationReport> {
    return this.runs.report(id);
  }

  @Get(':id/space-report')
  @Requires('experiments:read')
  @Operation({ id: 'getRunSpaceReport', summary: 'What an inspection of a space found', returns: SpaceReportDto })
  spaceReport(@Param('id', { schema: Id }) id: string): Promise<SpaceReport> {
    return this.runs.spaceReport(id);
  }

  @Get(':id/preflight')
  @Requires('experiments:read')
  @Operation({
    id: 'getRunPreflight',
    summary: 'What a training would read and take, found out before it was paid for',
    returns: PreflightReportDto,
  })
  preflight(@Param('id', { schema: Id }) id: string): Promise<PreflightReport> {
    return this.runs.preflight(id);
  }
}
