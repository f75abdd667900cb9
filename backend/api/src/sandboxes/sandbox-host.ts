import { Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { Config } from '../platform/config/env.js';
import type { IsolationReportRecord } from './isolation-report.entity.js';
import { ProcessDriver } from './process/process-driver.js';
import type { IsolationLevel, SandboxDriver } from './sandbox-driver.js';
import type { SandboxRecord } from './sandbox.entity.js';
import { SandboxesRepository } from './sandboxes.repository.js';
import { isKnownDead, workerIdentity } from './worker-identity.js';

/** For so long the last measurement of this host stands while a new one is made. */
const TRUSTED_MS = 24 * 3_600_000;

/** The sandbox driver of this worker: opened, cleaned up after whoever died before, and measured before anything runs in it. */
@Injectable()
export class SandboxHost implements OnApplicationBootstrap {
  private readonly logger = new Logger(SandboxHost.name);
  private opening: Promise<SandboxDriver> | null = null;
  private measured: IsolationLevel = 'none';

  constructor(
    private readonly config: Config,
    private readonly sandboxes: SandboxesRepository,
  ) {}

  /** What the probes of this worker's driver said last. */
  get level(): IsolationLevel {
    return this.measured;
  }

  /** In the background: a worker is ready before its probes are; the first sandbox waits for them. */
  onApplicationBootstrap(): void {
    if (this.config.process !== 'worker') return;
    this.driver().catch((error: unknown) => this.logger.error(error instanceof Error ? error.message : String(error)));
  }

  /** Rejects while no sandbox can be built here; asked again, it tries again. */
  driver(): Promise<SandboxDriver> {
    this.opening ??= this.open().catch((error: unknown) => {
      this.opening = null;
      throw error;
    });
    return this.opening;
  }

  async probe(): Promise<IsolationReportRecord> {
    return await this.measure(await this.driver());
  }

  private async open(): Promise<SandboxDriver> {
    const { home, appRoot, allowUnsandboxed } = this.config;
    const driver = await ProcessDriver.open({ home, appRoot, allowUnsandboxed });
    await this.reap(driver);
    const known = (await this.sandboxes.latestReports()).find(({ host }) => host === workerIdentity.host);
    const isFresh =
      known !== undefined &&
      known.report.runtime === driver.runtime &&
      Date.now() - known.createdAt.getTime() < TRUSTED_MS;
    if (!isFresh) {
      await this.measure(driver);
      return driver;
    }
    // A worker that restarts, perhaps because it was killed, goes on with its work while it measures again.
    this.measured = known.level;
    this.measure(driver).catch((error: unknown) =>
      this.logger.error({ err: error }, 'Isolation could not be measured'),
    );
    return driver;
  }

  /** Ends what a worker of this host left when it was killed. Sandboxes of workers that still live are theirs. */
  private async reap(driver: SandboxDriver): Promise<void> {
    let orphans: SandboxRecord[] = [];
    const reaped = await driver.reap(async () => {
      const rows = await this.sandboxes.alive(workerIdentity.host);
      orphans = rows.filter(({ workerId }) => isKnownDead(workerId));
      return new Set(rows.filter((row) => !orphans.includes(row)).map(({ id }) => id));
    });
    const usage = { cpuSeconds: 0, peakMemoryBytes: 0 };
    for (const { id } of orphans) await this.sandboxes.end(id, { reason: 'killed', exitCode: null, usage });
    if (reaped.length > 0) this.logger.log(`Removed what ${reaped.length} sandboxes of a dead worker had left`);
  }

  private async measure(driver: SandboxDriver): Promise<IsolationReportRecord> {
    const report = await driver.probe();
    this.measured = report.level;
    this.logger.log(
      `Sandboxes: ${report.level} isolation by ${report.runtime} (${report.probes.length} probes in ${report.tookMs} ms)`,
    );
    for (const { resource, level, reason, remedy } of report.findings) {
      if (level !== 'strong') this.logger.warn(`Sandboxes: ${resource} is ${level}: ${reason}. ${remedy ?? ''}`);
    }
    return await this.sandboxes.insertReport(workerIdentity.host, report);
  }
}
