import { Body, Controller, Delete, Get, Param, Post, Query } from '@nestjs/common';
import { Audited, Id, Operation } from '../platform/http/index.js';
import { CurrentActor, type Actor } from './actor.js';
import { CreatedTokenDto, CreateTokenDto, ListTokensQuery, tokenDto, TokenListDto } from './dto/tokens.dto.js';
import { Requires } from './requires.js';
import { TokensService } from './tokens.service.js';

@Controller('tokens')
export class TokensController {
  constructor(private readonly tokens: TokensService) {}

  @Get()
  @Requires('tokens:manage')
  @Operation({ id: 'listTokens', summary: 'Your API tokens that are not revoked', returns: TokenListDto })
  async list(
    @CurrentActor() actor: Actor,
    @Query({ schema: ListTokensQuery }) query: ListTokensQuery,
  ): Promise<TokenListDto> {
    const { items, total } = await this.tokens.list(actor, query);
    return { items: items.map(tokenDto), total };
  }

  @Post()
  @Requires('tokens:manage')
  @Audited('tokens.create')
  @Operation({
    id: 'createToken',
    summary: 'Create an API token; its secret is shown once',
    status: 201,
    returns: CreatedTokenDto,
  })
  async create(
    @CurrentActor() actor: Actor,
    @Body({ schema: CreateTokenDto }) body: CreateTokenDto,
  ): Promise<CreatedTokenDto> {
    const { token, secret } = await this.tokens.create(actor, body);
    return { ...tokenDto(token), token: secret };
  }

  @Delete(':id')
  @Requires('tokens:manage')
  @Audited('tokens.revoke')
  @Operation({ id: 'revokeToken', summary: 'Revoke one of your tokens; it stops working at once' })
  revoke(@CurrentActor() actor: Actor, @Param('id', { schema: Id }) id: string): Promise<void> {
    return this.tokens.revoke(actor, id);
  }
}
