import { Controller, Get, Param, Query } from '@nestjs/common';
import { Requires } from '../identity/index.js';
import { Id, Operation } from '../platform/http/index.js';
import {
  ListSnapshotsQuery,
  ListSpacesQuery,
  SnapshotDto,
  snapshotDto,
  SnapshotListDto,
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
}
