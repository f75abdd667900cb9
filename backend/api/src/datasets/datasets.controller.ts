import { Body, Controller, Get, Param, Post, Query, Req } from '@nestjs/common';
import { ApiBody, ApiConsumes } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { CurrentActor, Requires, type Actor } from '../identity/index.js';
import { Audited, Id, Operation } from '../platform/http/index.js';
import { DatasetVersionsService } from './dataset-versions.service.js';
import { DatasetsService } from './datasets.service.js';
import {
  CreateDatasetDto,
  DatasetDto,
  datasetDto,
  DatasetListDto,
  datasetVersionDto,
  DatasetVersionListDto,
  ListDatasetsQuery,
  ListDatasetVersionsQuery,
} from './dto/datasets.dto.js';
import { ImportDto, importDto, ImportListDto, ListImportsQuery, uploadSchema } from './dto/imports.dto.js';
import { ImportUploadsService } from './import-uploads.service.js';
import { ImportsService } from './imports.service.js';

@Controller('datasets')
export class DatasetsController {
  constructor(
    private readonly datasets: DatasetsService,
    private readonly versions: DatasetVersionsService,
    private readonly imports: ImportsService,
    private readonly uploads: ImportUploadsService,
  ) {}

  @Get()
  @Requires('datasets:read')
  @Operation({ id: 'listDatasets', summary: 'Datasets with their latest version', returns: DatasetListDto })
  async list(@Query({ schema: ListDatasetsQuery }) query: ListDatasetsQuery): Promise<DatasetListDto> {
    const { items, total } = await this.datasets.list(query, query);
    return { items: items.map(datasetDto), total };
  }

  @Post()
  @Requires('datasets:create')
  @Audited('datasets.create')
  @Operation({
    id: 'createDataset',
    summary: 'Create an empty dataset; imports give it versions',
    status: 201,
    returns: DatasetDto,
  })
  async create(
    @CurrentActor() actor: Actor,
    @Body({ schema: CreateDatasetDto }) body: CreateDatasetDto,
  ): Promise<DatasetDto> {
    return datasetDto(await this.datasets.create(actor, body));
  }

  @Get(':id')
  @Requires('datasets:read')
  @Operation({ id: 'getDataset', summary: 'One dataset', returns: DatasetDto })
  async get(@Param('id', { schema: Id }) id: string): Promise<DatasetDto> {
    return datasetDto(await this.datasets.summary(id));
  }

  @Get(':id/versions')
  @Requires('datasets:read')
  @Operation({
    id: 'listDatasetVersions',
    summary: 'Versions of a dataset, newest first',
    returns: DatasetVersionListDto,
  })
  async listVersions(
    @Param('id', { schema: Id }) id: string,
    @Query({ schema: ListDatasetVersionsQuery }) query: ListDatasetVersionsQuery,
  ): Promise<DatasetVersionListDto> {
    const dataset = await this.datasets.get(id);
    const { items, total } = await this.versions.list(id, query);
    return { items: items.map((version) => datasetVersionDto(version, dataset.name)), total };
  }

  @Get(':id/imports')
  @Requires('datasets:read')
  @Operation({ id: 'listImports', summary: 'Imports into a dataset, newest first', returns: ImportListDto })
  async listImports(
    @Param('id', { schema: Id }) id: string,
    @Query({ schema: ListImportsQuery }) query: ListImportsQuery,
  ): Promise<ImportListDto> {
    const { items, total } = await this.imports.list(id, query);
    return { items: items.map(importDto), total };
  }

  @Post(':id/imports')
  @Requires('datasets:import')
  @Audited('datasets.import')
  @ApiConsumes('multipart/form-data')
  @ApiBody({ schema: uploadSchema })
  @Operation({
    id: 'importDataset',
    summary: 'Upload pictures and their manifest; a sandbox turns them into a new version',
    status: 202,
    returns: ImportDto,
  })
  async import(
    @CurrentActor() actor: Actor,
    @Param('id', { schema: Id }) id: string,
    @Req() request: FastifyRequest,
  ): Promise<ImportDto> {
    return importDto(await this.uploads.receive(actor, id, { body: request.raw, headers: request.headers }));
  }
}
