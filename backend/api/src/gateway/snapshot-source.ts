import { setTimeout as delay } from 'node:timers/promises';
import type { FastifyBaseLogger } from 'fastify';
import pg from 'pg';
import { isDatabaseUnavailable } from '../platform/database/unavailable.js';
import { loadSnapshot, type Snapshot } from './snapshot.js';

/** Also how soon a revoked token stops working when the notification was missed. */
const POLL_MS = 1_000;
/** Requests for something unknown reload the snapshot at most this often, all together. */
const MISS_RELOAD_MS = 200;

/** Keeps the newest snapshot: reloaded on a notification, every second, and kept as it is while the database is away. */
export class SnapshotSource {
  private current: Snapshot | undefined;
  private loading: Promise<void> | undefined;
  private missed: Promise<void> | undefined;
  private loadedAtMs = 0;
  private timer: NodeJS.Timeout | undefined;
  private stale = false;

  constructor(
    private readonly pool: pg.Pool,
    private readonly logger: FastifyBaseLogger,
    private readonly onChange: (snapshot: Snapshot) => void,
  ) {}

  /** The newest snapshot; undefined until the first was loaded. */
  get snapshot(): Snapshot | undefined {
    return this.current;
  }

  async start(): Promise<void> {
    await this.reload();
    this.timer = setInterval(() => void this.reload(), POLL_MS);
  }

  stop(): void {
    clearInterval(this.timer);
  }

  /** Loads the snapshot now, or waits for the load that is running. Never throws: without a database the old one stays. */
  reload(): Promise<void> {
    this.loading ??= this.load().finally(() => (this.loading = undefined));
    return this.loading;
  }

  /** For a name or token that is not in the snapshot, because it may have been made a moment ago: waits for a load that starts from now on. */
  reloadAfterMiss(): Promise<void> {
    this.missed ??= this.reloadOnceAllowed();
    return this.missed;
  }

  private async reloadOnceAllowed(): Promise<void> {
    await delay(Math.max(0, this.loadedAtMs + MISS_RELOAD_MS - Date.now()));
    await this.loading;
    this.missed = undefined;
    await this.reload();
  }

  private async load(): Promise<void> {
    try {
      this.current = await loadSnapshot(this.pool);
      this.loadedAtMs = Date.now();
      if (this.stale) this.logger.info('The database answers again');
      this.stale = false;
      this.onChange(this.current);
    } catch (error) {
      if (!this.stale)
        this.logger.warn(
          { error: String(error), unavailable: isDatabaseUnavailable(error) },
          'Serving from the last snapshot: it cannot be reloaded',
        );
      this.stale = true;
    }
  }
}
