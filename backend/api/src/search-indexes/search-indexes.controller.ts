import { Body, Controller, Delete, Get, Param, Patch, Post, Put, Query } from '@nestjs/common';
import { CurrentActor, Requires, type Actor } from '../identity/index.js';
import { Audited, Id, LargeBody, Operation } from '../platform/http/index.js';
import {
  CreateSearchIndexDto,
  ListSearchIndexesQuery,
  searchIndexDto,
  SearchIndexDto,
  SearchIndexListDto,
  SwitchSnapshotDto,
  UpdateSearchIndexDto,
} from './dto/search-index.dto.js';
import { searchAnswerDto, SearchAnswerDto, SearchRequestDto } from './dto/search.dto.js';
import { SearchesService } from './searches.service.js';
import { SearchIndexesService, type SearchIndexView } from './search-indexes.service.js';

/** A picture of 8 MB in base64, and the rest of the question. */
const SEARCH_BODY_BYTES = 12 * 1024 * 1024;

@Controller('search-indexes')
export class SearchIndexesController {
  constructor(
    private readonly indexes: SearchIndexesService,
    private readonly searches: SearchesService,
  ) {}

  @Get()
  @Requires('search-indexes:read')
  @Operation({ id: 'listSearchIndexes', summary: 'Search indexes and what answers them', returns: SearchIndexListDto })
  async list(@Query({ schema: ListSearchIndexesQuery }) query: ListSearchIndexesQuery): Promise<SearchIndexListDto> {
    const { items, total } = await this.indexes.list(query);
    return { items: items.map((view) => searchIndexDto(view)), total };
  }

  @Post()
  @Requires('search-indexes:create')
  @Audited('search-indexes.create')
  @Operation({
    id: 'createSearchIndex',
    summary: 'Make a snapshot searchable: by picture, and by text where its encoder reads texts',
    status: 201,
    returns: SearchIndexDto,
  })
  async create(
    @CurrentActor() actor: Actor,
    @Body({ schema: CreateSearchIndexDto }) body: CreateSearchIndexDto,
  ): Promise<SearchIndexDto> {
    return searchIndexDto(await this.indexes.create(actor, body));
  }

  @Get(':id')
  @Requires('search-indexes:read')
  @Operation({
    id: 'getSearchIndex',
    summary: 'One search index: its versions, their servers, latency and measured recall',
    returns: SearchIndexDto,
  })
  async get(@Param('id', { schema: Id }) id: string): Promise<SearchIndexDto> {
    return await this.withGauges(await this.indexes.get(id));
  }

  @Patch(':id')
  @Requires('search-indexes:switch')
  @Audited('search-indexes.update')
  @Operation({
    id: 'updateSearchIndex',
    summary: 'Say whether the index follows the live snapshot of its space',
    returns: SearchIndexDto,
  })
  async update(
    @Param('id', { schema: Id }) id: string,
    @Body({ schema: UpdateSearchIndexDto }) body: UpdateSearchIndexDto,
  ): Promise<SearchIndexDto> {
    return searchIndexDto(await this.indexes.update(id, body));
  }

  @Delete(':id')
  @Requires('search-indexes:delete')
  @Audited('search-indexes.delete')
  @Operation({ id: 'deleteSearchIndex', summary: 'Stop answering and forget the index; its snapshots stay' })
  async delete(@Param('id', { schema: Id }) id: string): Promise<void> {
    await this.indexes.delete(id);
  }

  @Put(':id/snapshot')
  @Requires('search-indexes:switch')
  @Audited('search-indexes.switch')
  @Operation({
    id: 'switchSearchIndex',
    summary:
      'Answer from another snapshot as soon as a server for it is ready; until then from the one that answers now',
    status: 202,
    returns: SearchIndexDto,
  })
  async switchSnapshot(
    @Param('id', { schema: Id }) id: string,
    @Body({ schema: SwitchSnapshotDto }) body: SwitchSnapshotDto,
  ): Promise<SearchIndexDto> {
    return searchIndexDto(await this.indexes.switchTo(id, body));
  }

  @Post(':id/rollback')
  @Requires('search-indexes:switch')
  @Audited('search-indexes.rollback')
  @Operation({
    id: 'rollbackSearchIndex',
    summary: 'Answer from the version before again, at once; the index stops following the live snapshot',
    returns: SearchIndexDto,
  })
  async rollback(@Param('id', { schema: Id }) id: string): Promise<SearchIndexDto> {
    return searchIndexDto(await this.indexes.rollback(id));
  }

  @Post(':id/search')
  @Requires('search-indexes:search')
  @Audited('search-indexes.search')
  @LargeBody(SEARCH_BODY_BYTES)
  @Operation({
    id: 'search',
    summary: 'What of the catalogue is like a picture, a part of it, an item, a text, or a picture changed by a text',
    returns: SearchAnswerDto,
  })
  async search(
    @Param('id', { schema: Id }) id: string,
    @Body({ schema: SearchRequestDto }) body: SearchRequestDto,
  ): Promise<SearchAnswerDto> {
    return searchAnswerDto(await this.searches.search(id, body));
  }

  private async withGauges(view: SearchIndexView): Promise<SearchIndexDto> {
    const versions = [view.current, view.previous, view.next].filter((version) => version !== null);
    const gauges = await Promise.all(versions.map(({ socketPath }) => this.searches.gauges(socketPath)));
    return searchIndexDto(view, new Map(versions.map(({ id }, at) => [id, gauges[at] ?? null])));
  }
}
