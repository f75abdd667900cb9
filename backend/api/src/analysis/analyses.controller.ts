import { Body, Controller, Get, Param, Post, Query } from '@nestjs/common';
import { Requires } from '../identity/index.js';
import { Audited, Id, Operation } from '../platform/http/index.js';
import { AnalysesService } from './analyses.service.js';
import {
  AnalyseEndpointDto,
  analysisDto,
  AnalysisDto,
  AnalysisListDto,
  ListAnalysesQuery,
} from './dto/analysis.dto.js';

@Controller('endpoints/:id')
export class AnalysesController {
  constructor(private readonly analyses: AnalysesService) {}

  @Get('analysis')
  @Requires('analysis:read')
  @Operation({ id: 'getAnalysis', summary: 'The latest analysis of an endpoint', returns: AnalysisDto })
  async latest(@Param('id', { schema: Id }) id: string): Promise<AnalysisDto> {
    return analysisDto(await this.analyses.latest(id));
  }

  @Get('analyses')
  @Requires('analysis:read')
  @Operation({ id: 'listAnalyses', summary: 'Every analysis of an endpoint, over time', returns: AnalysisListDto })
  async list(
    @Param('id', { schema: Id }) id: string,
    @Query({ schema: ListAnalysesQuery }) query: ListAnalysesQuery,
  ): Promise<AnalysisListDto> {
    const { items, total } = await this.analyses.list(id, query);
    return { items: items.map(analysisDto), total };
  }

  @Post('analyses')
  @Requires('analysis:create')
  @Audited('analysis.create')
  @Operation({
    id: 'analyseEndpoint',
    summary: 'Compare the variants now: split check, differences with intervals, outcome',
    status: 201,
    returns: AnalysisDto,
  })
  async analyse(
    @Param('id', { schema: Id }) id: string,
    @Body({ schema: AnalyseEndpointDto }) body: AnalyseEndpointDto,
  ): Promise<AnalysisDto> {
    return analysisDto(await this.analyses.analyse(id, body.metric));
  }
}
