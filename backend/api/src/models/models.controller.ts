import { Name } from '@graft/protocol';
import { Body, Controller, Get, Param, Post, Put, Query } from '@nestjs/common';
import { Requires } from '../identity/index.js';
import { Audited, Id, Operation } from '../platform/http/index.js';
import {
  CreateModelDto,
  ListModelsQuery,
  ListModelVersionsQuery,
  ModelDto,
  modelDto,
  ModelListDto,
  ModelVersionDto,
  modelVersionDto,
  ModelVersionListDto,
  SetModelAliasDto,
} from './dto/models.dto.js';
import { ModelsService } from './models.service.js';

@Controller()
export class ModelsController {
  constructor(private readonly models: ModelsService) {}

  @Get('models')
  @Requires('models:read')
  @Operation({ id: 'listModels', summary: 'Models with their aliases', returns: ModelListDto })
  async list(@Query({ schema: ListModelsQuery }) query: ListModelsQuery): Promise<ModelListDto> {
    const { items, total } = await this.models.list(query);
    return { items: items.map(modelDto), total };
  }

  @Post('models')
  @Requires('models:create')
  @Audited('models.create')
  @Operation({
    id: 'createModel',
    summary: 'Make a model that versions can be registered under',
    status: 201,
    returns: ModelDto,
  })
  async create(@Body({ schema: CreateModelDto }) body: CreateModelDto): Promise<ModelDto> {
    return modelDto(await this.models.create(body.name, body.description));
  }

  @Get('models/:id')
  @Requires('models:read')
  @Operation({ id: 'getModel', summary: 'One model', returns: ModelDto })
  async get(@Param('id', { schema: Id }) id: string): Promise<ModelDto> {
    return modelDto(await this.models.get(id));
  }

  @Put('models/:id/aliases/:alias')
  @Requires('models:alias')
  @Audited('models.set-alias')
  @Operation({
    id: 'setModelAlias',
    summary: 'Point an alias at a version; champion moves only through a rollout',
    returns: ModelDto,
  })
  async setAlias(
    @Param('id', { schema: Id }) id: string,
    @Param('alias', { schema: Name }) alias: string,
    @Body({ schema: SetModelAliasDto }) body: SetModelAliasDto,
  ): Promise<ModelDto> {
    return modelDto(await this.models.setAlias(id, alias, body.versionId));
  }

  @Get('model-versions')
  @Requires('models:read')
  @Operation({ id: 'listModelVersions', summary: 'Versions, of one model or of all', returns: ModelVersionListDto })
  async listVersions(
    @Query({ schema: ListModelVersionsQuery }) query: ListModelVersionsQuery,
  ): Promise<ModelVersionListDto> {
    const { items, total } = await this.models.listVersions(query, query);
    return { items: items.map(modelVersionDto), total };
  }

  @Get('model-versions/:id')
  @Requires('models:read')
  @Operation({
    id: 'getModelVersion',
    summary: 'One version with its components, labels and lineage',
    returns: ModelVersionDto,
  })
  async getVersion(@Param('id', { schema: Id }) id: string): Promise<ModelVersionDto> {
    return modelVersionDto(await this.models.getVersion(id));
  }
}
