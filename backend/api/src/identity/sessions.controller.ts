import { Body, Controller, Delete, Get, Ip, Post, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { Config } from '../platform/config/env.js';
import { Audited, Operation, Public, SignedIn } from '../platform/http/index.js';
import { CurrentActor, type Actor } from './actor.js';
import { CurrentSessionDto, currentSessionDto, SignInDto } from './dto/sessions.dto.js';
import { clearSessionCookie, setSessionCookie } from './session-cookie.js';
import { SessionsService } from './sessions.service.js';

@Controller('sessions')
export class SessionsController {
  private readonly secureCookie: boolean;

  constructor(
    private readonly sessions: SessionsService,
    config: Config,
  ) {
    this.secureCookie = config.publicUrl.startsWith('https:');
  }

  @Post()
  @Public()
  @Audited('sessions.sign-in')
  @Operation({
    id: 'signIn',
    summary: 'Sign in with e-mail and password; sets the session cookie',
    status: 201,
    returns: CurrentSessionDto,
  })
  async signIn(
    @Body({ schema: SignInDto }) credentials: SignInDto,
    @Ip() address: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<CurrentSessionDto> {
    const { actor, secret } = await this.sessions.signIn(credentials, address);
    reply.request.actor = actor;
    setSessionCookie(reply, secret, this.secureCookie);
    return currentSessionDto(actor);
  }

  @Get('current')
  @SignedIn()
  @Operation({ id: 'currentSession', summary: 'Who is asking and what they may do', returns: CurrentSessionDto })
  current(@CurrentActor() actor: Actor): CurrentSessionDto {
    return currentSessionDto(actor);
  }

  @Delete('current')
  @SignedIn()
  @Audited('sessions.sign-out')
  @Operation({ id: 'signOut', summary: 'Sign out' })
  async signOut(@CurrentActor() actor: Actor, @Res({ passthrough: true }) reply: FastifyReply): Promise<void> {
    await this.sessions.signOut(actor);
    clearSessionCookie(reply);
  }
}
