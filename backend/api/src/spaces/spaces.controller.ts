import { SpaceId } from '@graft/protocol';
import { Body, Controller, Get, Param, Post, Query } from '@nestjs/common';
import { Requires } from '../identity/index.js';
import { Audited, Id, Operation } from '../platform/http/index.js';
import {
  ListSnapshotsQuery,
  ListSpacesQuery,
  RollbackLiveSnapshotDto,
  SnapshotDto,
  snapshotDto,
  SnapshotListDto,
  SpaceDetailDto,
  spaceDetailDto,
  spaceDto,
  SpaceListDto,
} from './dto/spaces.dto.js';
import { SpacesService } from './spaces.service.js';

@Controller()
export class SpacesController {
  constructor(private readonly spaces: SpacesService) {}

  @Get('spaces')
  @Requires('spaces:read')
  @Operation({ id: 'listSpaces', summary: 'Embedding spaces', returns: SpaceListDto })
  async listSpaces(@Query({ schema: ListSpacesQuery }) query: ListSpacesQuery): Promise<SpaceListDto> {
    const { items, total } = await this.spaces.listSpaces(query);
    return { items: items.map(spaceDto), total };
  }

  @Get('spaces/:id')
  @Requires('spaces:read')
  @Operation({
    id: 'getSpace',
    summary: 'One space with its live snapshots and how far each is behind its dataset',
    returns: SpaceDetailDto,
  })
  async getSpace(@Param('id', { schema: SpaceId }) id: string): Promise<SpaceDetailDto> {
    return spaceDetailDto(await this.spaces.getSpace(id));
  }

  @Post('spaces/:id/rollback')
  @Requires('spaces:publish')
  @Audited('spaces.rollback')
  @Operation({
    id: 'rollbackLiveSnapshot',
    summary: 'Make the snapshot that was live before the live one again',
    returns: SnapshotDto,
  })
  async rollback(
    @Param('id', { schema: SpaceId }) id: string,
    @Body({ schema: RollbackLiveSnapshotDto }) { datasetId }: RollbackLiveSnapshotDto,
  ): Promise<SnapshotDto> {
    return snapshotDto(await this.spaces.rollback(id, datasetId));
  }

  @Get('snapshots')
  @Requires('spaces:read')
  @Operation({
    id: 'listSnapshots',
    summary: 'Stored vectors of a space for a dataset version',
    returns: SnapshotListDto,
  })
  async listSnapshots(@Query({ schema: ListSnapshotsQuery }) query: ListSnapshotsQuery): Promise<SnapshotListDto> {
    const { items, total } = await this.spaces.listSnapshots(query, query);
    return { items: items.map(snapshotDto), total };
  }

  @Get('snapshots/:id')
  @Requires('spaces:read')
  @Operation({ id: 'getSnapshot', summary: 'One snapshot', returns: SnapshotDto })
  async getSnapshot(@Param('id', { schema: Id }) id: string): Promise<SnapshotDto> {
    return snapshotDto(await this.spaces.getSnapshot(id));
  }

  @Post('snapshots/:id/publish')
  @Requires('spaces:publish')
  @Audited('snapshots.publish')
  @Operation({
    id: 'publishSnapshot',
    summary: 'Make a snapshot the live one of its space for its dataset',
    returns: SnapshotDto,
  })
  async publish(@Param('id', { schema: Id }) id: string): Promise<SnapshotDto> {
    return snapshotDto(await this.spaces.publish(id));
  }
}
