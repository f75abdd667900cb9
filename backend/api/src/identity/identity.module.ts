import { Module, type OnModuleInit } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { DatabaseModule } from '../platform/database/index.js';
import { Schedules } from '../platform/queue/index.js';
import { AccessGuard } from './access.guard.js';
import { ApiToken } from './api-token.entity.js';
import { Authenticator } from './authenticator.js';
import { FirstAdmin } from './first-admin.js';
import { LocalTokens } from './local-tokens.js';
import { PeopleController } from './people.controller.js';
import { PeopleRepository } from './people.repository.js';
import { PeopleService } from './people.service.js';
import { Person } from './person.entity.js';
import { Session } from './session.entity.js';
import { SessionsController } from './sessions.controller.js';
import { SessionsRepository } from './sessions.repository.js';
import { SessionsService } from './sessions.service.js';
import { SignInAttempt } from './sign-in-attempt.entity.js';
import { SignInAttemptsRepository } from './sign-in-attempts.repository.js';
import { TokensController } from './tokens.controller.js';
import { TokensRepository } from './tokens.repository.js';
import { TokensService } from './tokens.service.js';

const PRUNE_EVERY_MS = 3_600_000;

@Module({
  imports: [DatabaseModule.forFeature([Person, Session, ApiToken, SignInAttempt])],
  controllers: [SessionsController, PeopleController, TokensController],
  providers: [
    { provide: APP_GUARD, useClass: AccessGuard },
    Authenticator,
    FirstAdmin,
    LocalTokens,
    PeopleRepository,
    PeopleService,
    SessionsRepository,
    SessionsService,
    SignInAttemptsRepository,
    TokensRepository,
    TokensService,
  ],
  exports: [Authenticator, FirstAdmin, LocalTokens, PeopleService, TokensService],
})
export class IdentityModule implements OnModuleInit {
  constructor(
    private readonly schedules: Schedules,
    private readonly sessions: SessionsService,
  ) {}

  onModuleInit(): void {
    this.schedules.every({ name: 'sessions.prune', everyMs: PRUNE_EVERY_MS }, () => this.sessions.prune());
  }
}
