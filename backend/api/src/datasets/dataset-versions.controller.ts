import { Controller, Get, Headers, Param, Query, Res, StreamableFile } from '@nestjs/common';
import { ItemId } from '@graft/protocol';
import type { FastifyReply } from 'fastify';
import { Requires } from '../identity/index.js';
import { Id, Operation } from '../platform/http/index.js';
import { DatasetVersionsService } from './dataset-versions.service.js';
import {
  attributeFilters,
  datasetItemDto,
  DatasetItemListDto,
  DatasetVersionDto,
  datasetVersionDto,
  ListDatasetItemsQuery,
} from './dto/datasets.dto.js';

/** An item of a version never changes, so a browser may keep its picture for a year. */
const FOR_EVER = 'private, max-age=31536000, immutable';

@Controller('dataset-versions')
export class DatasetVersionsController {
  constructor(private readonly versions: DatasetVersionsService) {}

  @Get(':id')
  @Requires('datasets:read')
  @Operation({
    id: 'getDatasetVersion',
    summary: 'One version with its splits and attribute values',
    returns: DatasetVersionDto,
  })
  async get(@Param('id', { schema: Id }) id: string): Promise<DatasetVersionDto> {
    const { version, dataset } = await this.versions.get(id);
    return datasetVersionDto(version, dataset.name);
  }

  @Get(':id/items')
  @Requires('datasets:read')
  @Operation({
    id: 'listDatasetItems',
    summary: 'Items of a version; filter by split, text, or attribute.<name>=<value>',
    returns: DatasetItemListDto,
  })
  async listItems(
    @Param('id', { schema: Id }) id: string,
    @Query({ schema: ListDatasetItemsQuery }) query: ListDatasetItemsQuery,
  ): Promise<DatasetItemListDto> {
    const { split, q } = query;
    const { items, total } = await this.versions.listItems(
      id,
      { split, q, attributes: attributeFilters(query) },
      query,
    );
    return { items: items.map(datasetItemDto), total };
  }

  @Get(':id/items/:itemId/picture')
  @Requires('datasets:read')
  @Operation({ id: 'getItemPicture', summary: "The item's picture as it was uploaded", returns: 'image/*' })
  async getPicture(
    @Param('id', { schema: Id }) id: string,
    @Param('itemId', { schema: ItemId }) itemId: string,
    @Headers('if-none-match') known: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<StreamableFile | undefined> {
    const { image, open } = await this.versions.picture(id, itemId);
    const etag = `"${image.sha256}"`;
    reply
      .header('etag', etag)
      .header('cache-control', FOR_EVER)
      .header('content-security-policy', "default-src 'none'; sandbox");
    if (known === etag) {
      reply.status(304);
      return undefined;
    }
    return new StreamableFile(await open(), { type: `image/${image.format}`, length: image.length });
  }
}
