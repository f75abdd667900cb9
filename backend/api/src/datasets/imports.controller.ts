import { Controller, Get, Param, Query } from '@nestjs/common';
import { Requires } from '../identity/index.js';
import { Id, Operation } from '../platform/http/index.js';
import { ImportDto, importDto, ImportProblemListDto, ListImportProblemsQuery } from './dto/imports.dto.js';
import { ImportsService } from './imports.service.js';

@Controller('imports')
export class ImportsController {
  constructor(private readonly imports: ImportsService) {}

  @Get(':id')
  @Requires('datasets:read')
  @Operation({ id: 'getImport', summary: 'State and progress of an import', returns: ImportDto })
  async get(@Param('id', { schema: Id }) id: string): Promise<ImportDto> {
    return importDto(await this.imports.get(id));
  }

  @Get(':id/problems')
  @Requires('datasets:read')
  @Operation({ id: 'listImportProblems', summary: 'Rows that were refused, and why', returns: ImportProblemListDto })
  listProblems(
    @Param('id', { schema: Id }) id: string,
    @Query({ schema: ListImportProblemsQuery }) query: ListImportProblemsQuery,
  ): Promise<ImportProblemListDto> {
    return this.imports.listProblems(id, query);
  }
}
