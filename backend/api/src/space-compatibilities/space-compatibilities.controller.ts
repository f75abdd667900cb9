import { Body, Controller, Get, Post, Query } from '@nestjs/common';
import { type Actor, CurrentActor, Requires } from '../identity/index.js';
import { Audited, Operation } from '../platform/http/index.js';
import {
  DeclareSpaceCompatibilityDto,
  ListSpaceCompatibilitiesQuery,
  SpaceCompatibilityDto,
  spaceCompatibilityDto,
  SpaceCompatibilityListDto,
} from './dto/space-compatibilities.dto.js';
import { SpaceCompatibilitiesService } from './space-compatibilities.service.js';

@Controller('space-compatibilities')
export class SpaceCompatibilitiesController {
  constructor(private readonly compatibilities: SpaceCompatibilitiesService) {}

  @Get()
  @Requires('spaces:read')
  @Operation({
    id: 'listSpaceCompatibilities',
    summary: 'Spaces whose queries may be asked in another space',
    returns: SpaceCompatibilityListDto,
  })
  async list(
    @Query({ schema: ListSpaceCompatibilitiesQuery }) query: ListSpaceCompatibilitiesQuery,
  ): Promise<SpaceCompatibilityListDto> {
    const { items, total } = await this.compatibilities.list(query, query);
    return { items: items.map(spaceCompatibilityDto), total };
  }

  @Post()
  @Requires('spaces:declare')
  @Audited('space-compatibilities.declare')
  @Operation({
    id: 'declareSpaceCompatibility',
    summary: 'Declare that queries of one space may be asked in another, on the measurement of an inspect-space run',
    status: 201,
    returns: SpaceCompatibilityDto,
  })
  async declare(
    @Body({ schema: DeclareSpaceCompatibilityDto }) body: DeclareSpaceCompatibilityDto,
    @CurrentActor() actor: Actor,
  ): Promise<SpaceCompatibilityDto> {
    return spaceCompatibilityDto(await this.compatibilities.declare(body, actor));
  }
}
