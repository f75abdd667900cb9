import { readFile, rename, rm } from 'node:fs/promises';
import type { SegmentLog } from './segment-log.js';

const BATCH_LINES = 5_000;

/** Where shipped records go. `store` is idempotent: the same record stored twice is there once. */
export interface Sink<T> {
  /** @throws InvalidRecord for a line that is not one of its records */
  parse(line: string): T;
  store(records: readonly T[]): Promise<void>;
  /** True for an error that trying again will not cure: the records themselves are at fault. */
  isRefusal(error: unknown): boolean;
}

export interface ShipperLogger {
  error(details: object, message: string): void;
}

/**
 * Carries closed segments of a log to their sink and removes each once all of it is stored. Killed anywhere in between, the next
 * process ships the segment again, and the sink drops what it already has.
 */
export class Shipper<T> {
  constructor(
    private readonly log: SegmentLog,
    private readonly sink: Sink<T>,
    private readonly logger: ShipperLogger,
  ) {}

  /** Ships everything that was durable when it was called. @throws when the sink cannot be reached; the segments then stay */
  async shipAll(): Promise<void> {
    // While older segments wait (the database is down) the open one grows on: few large files instead of many small ones.
    if ((await this.log.closedSegments()).length === 0) await this.log.rotate();
    for (const file of await this.log.closedSegments()) await this.shipSegment(file);
  }

  private async shipSegment(file: string): Promise<void> {
    const lines = (await readFile(file, 'utf8')).split('\n');
    lines.pop(); // empty, or a torn line whose sender was never answered
    let refused = false;
    for (let from = 0; from < lines.length; from += BATCH_LINES) {
      const records: T[] = [];
      for (const line of lines.slice(from, from + BATCH_LINES)) {
        try {
          records.push(this.sink.parse(line));
        } catch (error) {
          refused = true;
          this.logger.error({ file, line: line.slice(0, 500), error: String(error) }, 'A log line is not a record');
        }
      }
      if (!(await this.store(file, records))) refused = true;
    }
    // What was acknowledged is never deleted unstored: a person finds it under the other name.
    if (refused) await rename(file, `${file}.refused`);
    else await rm(file);
  }

  /** One bad record must not take its neighbours along: what is refused together is tried in halves. @returns false when one was refused */
  private async store(file: string, records: readonly T[]): Promise<boolean> {
    try {
      await this.sink.store(records);
      return true;
    } catch (error) {
      if (!this.sink.isRefusal(error)) throw error;
      if (records.length === 1) {
        this.logger.error(
          { file, record: records[0], error: String(error) },
          'The database refuses a record of the log',
        );
        return false;
      }
    }
    const middle = Math.ceil(records.length / 2);
    const first = await this.store(file, records.slice(0, middle));
    return (await this.store(file, records.slice(middle))) && first;
  }
}
