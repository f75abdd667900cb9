import { Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';
import pg from 'pg';
import { Config } from '../config/env.js';

const RECONNECT_MS = 500;

type Heard = (payload: string) => void;

/**
 * One connection that LISTENs for what other processes NOTIFY at commit. A notification is a doorbell only: while the connection
 * is down some are missed, so every subscriber is called with '' after a reconnection and must look for itself.
 */
@Injectable()
export class Listener implements OnApplicationShutdown {
  private readonly logger = new Logger(Listener.name);
  private readonly subscribers = new Map<string, Heard[]>();
  private client: pg.Client | undefined;
  private retry: NodeJS.Timeout | undefined;
  private closed = false;

  constructor(private readonly config: Config) {}

  /** @param channel a constant identifier of ours, never input */
  async listen(channel: string, heard: Heard): Promise<void> {
    this.subscribers.set(channel, [...(this.subscribers.get(channel) ?? []), heard]);
    if (this.client === undefined) await this.connect();
    else await this.client.query(`LISTEN ${channel}`);
  }

  async onApplicationShutdown(): Promise<void> {
    this.closed = true;
    clearTimeout(this.retry);
    await this.client?.end().catch(() => undefined);
  }

  private async connect(): Promise<void> {
    const client = new pg.Client({
      connectionString: this.config.databaseUrl,
      keepAlive: true,
      connectionTimeoutMillis: 5_000,
      application_name: `graft-${this.config.process}-listen`,
    });
    client.on('error', (error) => this.lost(client, error));
    client.on('end', () => this.lost(client, new Error('connection ended')));
    client.on('notification', ({ channel, payload }) => this.tell(channel, payload ?? ''));
    this.client = client;
    try {
      await client.connect();
      for (const channel of this.subscribers.keys()) await client.query(`LISTEN ${channel}`);
    } catch (error) {
      this.lost(client, error as Error);
    }
  }

  private lost(client: pg.Client, error: Error): void {
    if (this.closed || this.client !== client) return;
    this.logger.warn(`Listening stopped, reconnecting: ${error.message}`);
    this.client = undefined;
    void client.end().catch(() => undefined);
    clearTimeout(this.retry);
    this.retry = setTimeout(() => void this.reconnect(), RECONNECT_MS);
  }

  private async reconnect(): Promise<void> {
    await this.connect();
    if (this.client === undefined) return;
    for (const channel of this.subscribers.keys()) this.tell(channel, '');
  }

  private tell(channel: string, payload: string): void {
    for (const heard of this.subscribers.get(channel) ?? []) heard(payload);
  }
}
