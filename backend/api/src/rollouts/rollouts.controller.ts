import { Body, Controller, Get, Param, Post, Query } from '@nestjs/common';
import { CurrentActor, Requires, type Actor } from '../identity/index.js';
import { Audited, Id, Operation } from '../platform/http/index.js';
import {
  ApproveRolloutDto,
  ListRolloutsQuery,
  RejectRolloutDto,
  RequestRolloutDto,
  RollbackRolloutDto,
  RolloutDetailDto,
  RolloutListDto,
} from './dto/rollout.dto.js';
import { RolloutsReader } from './rollouts.reader.js';
import { RolloutsService } from './rollouts.service.js';

@Controller('rollouts')
export class RolloutsController {
  constructor(
    private readonly rollouts: RolloutsService,
    private readonly reader: RolloutsReader,
  ) {}

  @Get()
  @Requires('rollouts:read')
  @Operation({ id: 'listRollouts', summary: 'Requests to make a version champion', returns: RolloutListDto })
  async list(@Query({ schema: ListRolloutsQuery }) query: ListRolloutsQuery): Promise<RolloutListDto> {
    return this.reader.page(await this.rollouts.list(query));
  }

  @Post()
  @Requires('rollouts:request')
  @Audited('rollouts.request')
  @Operation({
    id: 'requestRollout',
    summary: 'Ask for a version to become champion; the evidence is gathered now',
    status: 201,
    returns: RolloutDetailDto,
  })
  async request(
    @CurrentActor() actor: Actor,
    @Body({ schema: RequestRolloutDto }) body: RequestRolloutDto,
  ): Promise<RolloutDetailDto> {
    return this.reader.detail(await this.rollouts.request(actor, body));
  }

  @Get(':id')
  @Requires('rollouts:read')
  @Operation({ id: 'getRollout', summary: 'One rollout: evidence, approvals and story', returns: RolloutDetailDto })
  async get(@Param('id', { schema: Id }) id: string): Promise<RolloutDetailDto> {
    return this.reader.detail(await this.rollouts.get(id));
  }

  @Post(':id/approve')
  @Requires('rollouts:approve')
  @Audited('rollouts.approve')
  @Operation({
    id: 'approveRollout',
    summary: 'Approve a rollout that someone else requested; the version becomes champion',
    returns: RolloutDetailDto,
  })
  async approve(
    @Param('id', { schema: Id }) id: string,
    @CurrentActor() actor: Actor,
    @Body({ schema: ApproveRolloutDto }) body: ApproveRolloutDto,
  ): Promise<RolloutDetailDto> {
    return this.reader.detail(await this.rollouts.approve(id, actor, body));
  }

  @Post(':id/reject')
  @Requires('rollouts:reject')
  @Audited('rollouts.reject')
  @Operation({ id: 'rejectRollout', summary: 'Refuse a rollout', returns: RolloutDetailDto })
  async reject(
    @Param('id', { schema: Id }) id: string,
    @CurrentActor() actor: Actor,
    @Body({ schema: RejectRolloutDto }) body: RejectRolloutDto,
  ): Promise<RolloutDetailDto> {
    return this.reader.detail(await this.rollouts.reject(id, actor, body.comment));
  }

  @Post(':id/cancel')
  @Requires('rollouts:cancel')
  @Audited('rollouts.cancel')
  @Operation({ id: 'cancelRollout', summary: 'Take back a request', returns: RolloutDetailDto })
  async cancel(@Param('id', { schema: Id }) id: string, @CurrentActor() actor: Actor): Promise<RolloutDetailDto> {
    return this.reader.detail(await this.rollouts.cancel(id, actor));
  }

  @Post(':id/rollback')
  @Requires('rollouts:rollback')
  @Audited('rollouts.rollback')
  @Operation({ id: 'rollbackRollout', summary: 'Bring the previous champion back at once', returns: RolloutDetailDto })
  async rollback(
    @Param('id', { schema: Id }) id: string,
    @CurrentActor() actor: Actor,
    @Body({ schema: RollbackRolloutDto }) body: RollbackRolloutDto,
  ): Promise<RolloutDetailDto> {
    return this.reader.detail(await this.rollouts.rollback(id, actor, body.reason));
  }
}
