import type { Readable } from 'node:stream';
import { Event, MAX_LINE_BYTES } from '@graft/protocol';

/** Events a second and bytes a second a runner may send; above that its channel is simply read more slowly. */
const EVENTS_PER_SECOND = 400;
const BYTES_PER_SECOND = 2 << 20;
const MAX_VIOLATIONS = 20;
const MAX_METRIC_NAMES = 200;
const MAX_SHOWN = 120;
const DRAIN_MS = 2_000;

export interface ControlReaderOptions {
  /** Whose channel this is. The fields of the same name in an event are checked against it and never trusted. */
  runId: string;
  attempt: number;
  /** What it throws is a fatal violation: an event that nobody can take must not end the process that reads. */
  onEvent(event: Event): void;
  /** A fatal one, or one too many, ends the conversation: nothing is read afterwards. */
  onViolation(reason: string, isFatal: boolean): void;
  nowMs?: () => number;
}

/** Reads newline-separated JSON from a process that may be hostile: bounded memory, bounded work, only valid and new events pass. */
export class ControlReader {
  private readonly decoder = new TextDecoder('utf-8', { fatal: true });
  private readonly metricNames = new Set<string>();
  private readonly nowMs: () => number;
  private pending: Buffer = Buffer.alloc(0);
  private lastSeq = 0;
  private violations = 0;
  private isOver = false;
  private eventAllowance = EVENTS_PER_SECOND;
  private byteAllowance = BYTES_PER_SECOND;
  private refilledAtMs: number;
  private waiting: NodeJS.Timeout | null = null;

  constructor(
    private readonly stream: Readable,
    private readonly options: ControlReaderOptions,
  ) {
    this.nowMs = options.nowMs ?? (() => performance.now());
    this.refilledAtMs = this.nowMs();
    stream.on('data', (chunk: Buffer) => {
      this.pending = this.pending.length === 0 ? chunk : Buffer.concat([this.pending, chunk]);
      this.byteAllowance -= chunk.length;
      this.readLines();
    });
  }

  /** The sender is gone: reads what it had sent, without regard to rates, and closes. */
  async drain(): Promise<void> {
    this.eventAllowance = Infinity;
    this.byteAllowance = Infinity;
    if (this.waiting !== null) clearTimeout(this.waiting);
    this.waiting = null;
    this.stream.resume();
    this.readLines();
    const deadline = AbortSignal.timeout(DRAIN_MS);
    if (!this.stream.readableEnded && !this.stream.destroyed) {
      await new Promise<void>((resolve) => {
        for (const over of ['end', 'close', 'error']) this.stream.once(over, () => resolve());
        deadline.addEventListener('abort', () => resolve(), { once: true });
      });
    }
    this.close();
    this.stream.destroy();
  }

  close(): void {
    this.isOver = true;
    if (this.waiting !== null) clearTimeout(this.waiting);
    this.waiting = null;
    this.pending = Buffer.alloc(0);
  }

  private readLines(): void {
    this.refill();
    while (!this.isOver) {
      if (this.eventAllowance < 1 || this.byteAllowance < 0) {
        this.waitForAllowance();
        return;
      }
      const end = this.pending.indexOf(0x0a);
      if (end > MAX_LINE_BYTES || (end === -1 && this.pending.length > MAX_LINE_BYTES)) {
        this.violate(`a line is longer than ${MAX_LINE_BYTES} bytes`, true);
        return;
      }
      if (end === -1) return;
      const line = this.pending.subarray(0, end);
      this.pending = this.pending.subarray(end + 1);
      this.eventAllowance -= 1;
      if (line.length > 0) this.readLine(line);
    }
  }

  private readLine(line: Buffer): void {
    let value: unknown;
    try {
      // PostgreSQL has no NUL in text: one in a log line would keep the whole batch from being stored.
      value = JSON.parse(this.decoder.decode(line).replaceAll('\\u0000', '\\ufffd'));
    } catch {
      this.violate('a line is not JSON in UTF-8', false);
      return;
    }
    const parsed = Event.safeParse(value);
    if (!parsed.success) {
      const [issue] = parsed.error.issues;
      this.violate(
        `an event is not valid: ${issue?.path.join('.') ?? ''} ${issue?.message ?? ''}`.slice(0, MAX_SHOWN),
        false,
      );
      return;
    }
    this.accept(parsed.data);
  }

  private accept(event: Event): void {
    if (event.runId !== this.options.runId || event.attempt !== this.options.attempt) {
      this.violate('an event names another run or attempt', false);
      return;
    }
    if (event.seq <= this.lastSeq) return;
    if (event.type === 'metric') {
      if (!this.metricNames.has(event.name) && this.metricNames.size >= MAX_METRIC_NAMES) {
        this.violate(`more than ${MAX_METRIC_NAMES} different metrics`, false);
        return;
      }
      this.metricNames.add(event.name);
    }
    this.lastSeq = event.seq;
    try {
      this.options.onEvent(event);
    } catch (error) {
      this.violate(`the event ${event.seq} (${event.type}) could not be taken: ${String(error)}`, true);
    }
  }

  private violate(reason: string, isFatal: boolean): void {
    this.violations += 1;
    const isLast = isFatal || this.violations > MAX_VIOLATIONS;
    if (isLast) this.close();
    this.options.onViolation(reason, isLast);
  }

  private refill(): void {
    const now = this.nowMs();
    const seconds = (now - this.refilledAtMs) / 1000;
    this.refilledAtMs = now;
    this.eventAllowance = Math.min(
      Math.max(EVENTS_PER_SECOND, this.eventAllowance),
      this.eventAllowance + seconds * EVENTS_PER_SECOND,
    );
    this.byteAllowance = Math.min(
      Math.max(BYTES_PER_SECOND, this.byteAllowance),
      this.byteAllowance + seconds * BYTES_PER_SECOND,
    );
  }

  /** Stops reading: the kernel's buffer fills and the sender waits. */
  private waitForAllowance(): void {
    if (this.waiting !== null) return;
    this.stream.pause();
    this.waiting = setTimeout(() => {
      this.waiting = null;
      this.stream.resume();
      this.readLines();
    }, 100);
  }
}
