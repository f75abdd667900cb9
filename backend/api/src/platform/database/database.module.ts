import { Global, Logger, Module, type DynamicModule } from '@nestjs/common';
import { TypeOrmModule, type TypeOrmModuleOptions } from '@nestjs/typeorm';
import type { EntityTarget, ObjectLiteral } from 'typeorm';
import { Config } from '../config/env.js';
import { Listener } from './listener.js';
import { Transactions } from './transactions.js';

const POOL_SIZE = 10;
/** The database may start after us: a first connection is tried for a minute. */
const FIRST_CONNECTION = { retryAttempts: 60, retryDelay: 1_000 };

@Global()
@Module({
  imports: [TypeOrmModule.forRootAsync({ inject: [Config], useFactory: dataSourceOptions })],
  providers: [Transactions, Listener],
  exports: [Transactions, Listener],
})
export class DatabaseModule {
  /** Registers a feature's entities: `imports: [DatabaseModule.forFeature([Rollout])]`. */
  static forFeature(entities: EntityTarget<ObjectLiteral>[]): DynamicModule {
    return TypeOrmModule.forFeature(entities as Parameters<typeof TypeOrmModule.forFeature>[0]);
  }
}

function dataSourceOptions(config: Config): TypeOrmModuleOptions {
  const logger = new Logger('Database');
  return {
    type: 'postgres',
    url: config.databaseUrl,
    applicationName: `graft-${config.process}`,
    autoLoadEntities: true,
    installExtensions: false,
    migrationsRun: false,
    synchronize: false,
    poolSize: POOL_SIZE,
    // A server that restarts breaks idle connections: the pool drops them and the next query opens a new one.
    poolErrorHandler: (error: Error) => logger.warn(`An idle connection broke: ${error.message}`),
    extra: { connectionTimeoutMillis: 5_000, idleTimeoutMillis: 30_000 },
    ...FIRST_CONNECTION,
  };
}
