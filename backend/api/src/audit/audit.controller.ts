import { Controller, Get, Query } from '@nestjs/common';
import { Requires } from '../identity/index.js';
import { Operation } from '../platform/http/index.js';
import { auditEntryDto, AuditListDto, ListAuditQuery } from './audit-entry.dto.js';
import { AuditRepository } from './audit.repository.js';

@Controller('audit')
export class AuditController {
  constructor(private readonly repository: AuditRepository) {}

  @Get()
  @Requires('audit:read')
  @Operation({ id: 'listAudit', summary: 'Who tried to change what, newest first', returns: AuditListDto })
  async list(@Query({ schema: ListAuditQuery }) query: ListAuditQuery): Promise<AuditListDto> {
    const { page, perPage, sort, order, ...filter } = query;
    const { items, total } = await this.repository.list(filter, { page, perPage, sort, order });
    return { items: items.map(auditEntryDto), total };
  }
}
