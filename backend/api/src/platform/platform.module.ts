import { Global, Module, type DynamicModule } from '@nestjs/common';
import { Config, loadConfig, type ProcessKind } from './config/env.js';
import { DatabaseModule } from './database/database.module.js';
import { HealthModule } from './health/health.module.js';
import { LiveModule } from './live/live.module.js';
import { LoggingModule } from './logging/logging.module.js';
import { OutboxModule } from './outbox/outbox.module.js';
import { QueueModule } from './queue/queue.module.js';

/** Everything below the features. Import it once, at the root of a process; what it exports is there for every feature. */
@Global()
@Module({})
export class PlatformModule {
  static forProcess(kind: ProcessKind): DynamicModule {
    return {
      module: PlatformModule,
      imports: [LoggingModule, DatabaseModule, QueueModule, OutboxModule, LiveModule, HealthModule],
      providers: [{ provide: Config, useFactory: () => loadConfig(kind) }],
      exports: [Config],
    };
  }
}
