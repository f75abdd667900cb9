import { Body, Controller, Delete, Get, Param, Post, Put, Query } from '@nestjs/common';
import { CurrentActor, Requires, type Actor } from '../identity/index.js';
import { Audited, Id, Operation } from '../platform/http/index.js';
import {
  CreateEndpointDto,
  endpointDto,
  EndpointDto,
  EndpointListDto,
  ListEndpointsQuery,
  SetTrafficDto,
} from './dto/endpoint.dto.js';
import { EndpointsService } from './endpoints.service.js';

@Controller('endpoints')
export class EndpointsController {
  constructor(private readonly endpoints: EndpointsService) {}

  @Get()
  @Requires('endpoints:read')
  @Operation({
    id: 'listEndpoints',
    summary: 'Serving endpoints with their variants and traffic',
    returns: EndpointListDto,
  })
  async list(@Query({ schema: ListEndpointsQuery }) query: ListEndpointsQuery): Promise<EndpointListDto> {
    const { items, total } = await this.endpoints.list(query);
    return { items: items.map(endpointDto), total };
  }

  @Post()
  @Requires('endpoints:create')
  @Audited('endpoints.create')
  @Operation({
    id: 'createEndpoint',
    summary: 'Serve versions of a model behind one address, each with a share of the traffic',
    status: 201,
    returns: EndpointDto,
  })
  async create(
    @CurrentActor() actor: Actor,
    @Body({ schema: CreateEndpointDto }) body: CreateEndpointDto,
  ): Promise<EndpointDto> {
    return endpointDto(await this.endpoints.create(actor, body));
  }

  @Get(':id')
  @Requires('endpoints:read')
  @Operation({
    id: 'getEndpoint',
    summary: 'One endpoint: variants, state of their servers, requests and latency',
    returns: EndpointDto,
  })
  async get(@Param('id', { schema: Id }) id: string): Promise<EndpointDto> {
    return endpointDto(await this.endpoints.get(id));
  }

  @Put(':id/traffic')
  @Requires('endpoints:traffic')
  @Audited('endpoints.traffic')
  @Operation({ id: 'setTraffic', summary: 'Change the weights of all variants', returns: EndpointDto })
  async setTraffic(
    @Param('id', { schema: Id }) id: string,
    @CurrentActor() actor: Actor,
    @Body({ schema: SetTrafficDto }) body: SetTrafficDto,
  ): Promise<EndpointDto> {
    return endpointDto(await this.endpoints.setTraffic(id, actor, body.variants));
  }

  @Delete(':id')
  @Requires('endpoints:retire')
  @Audited('endpoints.retire')
  @Operation({ id: 'retireEndpoint', summary: 'Stop serving an endpoint; its records stay', returns: EndpointDto })
  async retire(@Param('id', { schema: Id }) id: string): Promise<EndpointDto> {
    return endpointDto(await this.endpoints.retire(id));
  }
}
