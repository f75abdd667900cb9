import { Body, Controller, Get, Param, Post, Query } from '@nestjs/common';
import { CurrentActor, Requires, type Actor } from '../identity/index.js';
import { Audited, Id, Operation } from '../platform/http/index.js';
import {
  ExperimentDto,
  experimentDto,
  ExperimentListDto,
  ExperimentPreflightDto,
  ListExperimentsQuery,
} from './dto/experiments.dto.js';
import { RecipeListDto } from './dto/recipes.dto.js';
import { ExperimentSpec } from './experiment-spec.js';
import { preflightOf } from './experiment-preflight.js';
import { ExperimentsService } from './experiments.service.js';
import { recipeCatalogue } from './recipe-catalogue.js';

@Controller()
export class ExperimentsController {
  constructor(private readonly experiments: ExperimentsService) {}

  @Get('recipes')
  @Requires('experiments:read')
  @Operation({
    id: 'listRecipes',
    summary: 'What a step can do, with the JSON Schema of its parameters, and templates to start from',
    returns: RecipeListDto,
  })
  listRecipes(): RecipeListDto {
    return recipeCatalogue;
  }

  @Post('experiments')
  @Requires('experiments:create')
  @Audited('experiments.create')
  @Operation({ id: 'createExperiment', summary: 'Start an experiment', status: 201, returns: ExperimentDto })
  async create(
    @Body({ schema: ExperimentSpec }) spec: ExperimentSpec,
    @CurrentActor() actor: Actor,
  ): Promise<ExperimentDto> {
    return experimentDto(await this.experiments.create(spec, actor));
  }

  @Post('experiments/preflight')
  @Requires('experiments:create')
  @Audited('experiments.preflight')
  @Operation({
    id: 'preflightExperiment',
    summary: 'Start a preflight of each training whose inputs exist: what it would read and take, without training',
    status: 201,
    returns: ExperimentPreflightDto,
  })
  async preflight(
    @Body({ schema: ExperimentSpec }) spec: ExperimentSpec,
    @CurrentActor() actor: Actor,
  ): Promise<ExperimentPreflightDto> {
    const { preflight, skipped } = preflightOf(spec);
    return { experiment: experimentDto(await this.experiments.create(preflight, actor)), skipped };
  }

  @Get('experiments')
  @Requires('experiments:read')
  @Operation({ id: 'listExperiments', summary: 'Experiments with their runs', returns: ExperimentListDto })
  async list(@Query({ schema: ListExperimentsQuery }) query: ListExperimentsQuery): Promise<ExperimentListDto> {
    const { items, total } = await this.experiments.list(query, query);
    return { items: items.map(experimentDto), total };
  }

  @Get('experiments/:id')
  @Requires('experiments:read')
  @Operation({ id: 'getExperiment', summary: 'One experiment with its runs', returns: ExperimentDto })
  async get(@Param('id', { schema: Id }) id: string): Promise<ExperimentDto> {
    return experimentDto(await this.experiments.get(id));
  }

  @Post('experiments/:id/cancel')
  @Requires('experiments:cancel')
  @Audited('experiments.cancel')
  @Operation({ id: 'cancelExperiment', summary: 'Cancel every run that has not ended', returns: ExperimentDto })
  async cancel(@Param('id', { schema: Id }) id: string): Promise<ExperimentDto> {
    return experimentDto(await this.experiments.cancel(id));
  }
}
