import type { FastifyBaseLogger } from 'fastify';
import type { Shipper } from './shipper.js';

const SHIP_EVERY_MS = 250;
const RETRY_AFTER_MS = 1_000;

/** Ships the logs again and again, one round at a time. */
export class ShipLoop {
  private timer: NodeJS.Timeout | undefined;
  private round: Promise<void> = Promise.resolve();
  private stopped = false;
  private failing = false;

  constructor(
    private readonly shippers: readonly Pick<Shipper<never>, 'shipAll'>[],
    private readonly logger: FastifyBaseLogger,
  ) {}

  start(): void {
    this.round = this.shipOnce();
  }

  /** Ends after one last round. */
  async stop(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.timer);
    await this.round;
    await this.shipOnce();
  }

  private async shipOnce(): Promise<void> {
    let waitMs = SHIP_EVERY_MS;
    try {
      for (const shipper of this.shippers) await shipper.shipAll();
      if (this.failing) this.logger.info('Logged exposures and events reach the database again');
      this.failing = false;
    } catch (error) {
      if (!this.failing)
        this.logger.warn({ error: String(error) }, 'Exposures and events stay in the log until the database answers');
      this.failing = true;
      waitMs = RETRY_AFTER_MS;
    }
    if (!this.stopped) this.timer = setTimeout(() => this.start(), waitMs);
  }
}
