import { Injectable, type BeforeApplicationShutdown } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { Transactions } from '../platform/database/index.js';
import { Schedules } from '../platform/queue/index.js';
import { SandboxRunner } from './sandbox-runner.js';
import { ServerPool, type ServerKind } from './server-pool.js';
import { ServersRepository } from './servers.repository.js';

const RECONCILE_MS = 1_000;

/** Every kind of server this worker keeps alive in sandboxes: model versions, search indexes. */
@Injectable()
export class ServerPools implements BeforeApplicationShutdown {
  private readonly pools: ServerPool[] = [];

  constructor(
    private readonly dataSource: DataSource,
    private readonly runner: SandboxRunner,
    private readonly transactions: Transactions,
    private readonly schedules: Schedules,
  ) {}

  /** Called once for each kind, when its feature is set up. */
  open(kind: ServerKind): ServerPool {
    const servers = new ServersRepository(this.dataSource, kind.table);
    const pool = new ServerPool(kind, servers, this.runner, this.transactions);
    this.pools.push(pool);
    this.schedules.every({ name: `${kind.name}.reconcile`, everyMs: RECONCILE_MS }, () => pool.reconcile());
    return pool;
  }

  async beforeApplicationShutdown(): Promise<void> {
    await Promise.all(this.pools.map((pool) => pool.stop()));
  }
}
