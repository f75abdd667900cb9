import { Controller, Get, Post, Query } from '@nestjs/common';
import { Requires } from '../identity/index.js';
import { Audited, Operation } from '../platform/http/index.js';
import {
  IsolationDto,
  isolationReportDto,
  ListSandboxesQuery,
  sandboxDto,
  SandboxListDto,
} from './dto/sandboxes.dto.js';
import { SandboxesService } from './sandboxes.service.js';

@Controller()
export class SandboxesController {
  constructor(private readonly sandboxes: SandboxesService) {}

  @Get('sandboxes')
  @Requires('sandboxes:read')
  @Operation({ id: 'listSandboxes', summary: 'Sandboxes that run and that ended', returns: SandboxListDto })
  async list(@Query({ schema: ListSandboxesQuery }) query: ListSandboxesQuery): Promise<SandboxListDto> {
    const { items, total } = await this.sandboxes.list(query, query);
    return { items: items.map(sandboxDto), total };
  }

  @Get('isolation')
  @Requires('sandboxes:read')
  @Operation({
    id: 'getIsolation',
    summary: 'What the sandboxes of each worker are seen to enforce',
    returns: IsolationDto,
  })
  async isolation(): Promise<IsolationDto> {
    return { reports: (await this.sandboxes.isolation()).map(isolationReportDto) };
  }

  @Post('isolation/probe')
  @Requires('sandboxes:probe')
  @Audited('sandboxes.probe')
  @Operation({
    id: 'probeIsolation',
    summary: 'Ask the workers to measure their isolation again; a new report appears when one has',
    status: 202,
  })
  probe(): Promise<void> {
    return this.sandboxes.requestProbe();
  }
}
