import { mkdir, open, readdir, type FileHandle } from 'node:fs/promises';
import path from 'node:path';
import { newId } from '../../kernel/index.js';

const DEFAULT_SEGMENT_BYTES = 16 * 1024 * 1024;
const SUFFIX = '.ndjson';

interface Waiting {
  readonly line: string;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/**
 * An append-only log of JSON lines in segment files `<name>-<uuid v7>.ndjson`. `append` resolves once the line has survived fdatasync;
 * lines that arrive while one sync runs share the next one. A process never continues a segment it did not start: after a kill the torn
 * last line (which nobody was told about) stays the last line of its file.
 */
export class SegmentLog {
  private waiting: Waiting[] = [];
  private segment: { file: string; handle: FileHandle; sizeBytes: number } | undefined;
  /** Whatever looks at the open segment runs in this chain, one after the other: a file being started must not pass for a closed one. */
  private turn: Promise<void> = Promise.resolve();
  private flushQueued = false;

  private constructor(
    private readonly folder: string,
    private readonly name: string,
    private readonly segmentBytes: number,
  ) {}

  static async open(folder: string, name: string, segmentBytes = DEFAULT_SEGMENT_BYTES): Promise<SegmentLog> {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    return new SegmentLog(folder, name, segmentBytes);
  }

  /** Resolves when `line` (no line break inside) is on disk. Rejects when it could not be written; it may be on disk all the same. */
  append(line: string): Promise<void> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ line, resolve, reject });
      if (this.flushQueued) return;
      this.flushQueued = true;
      void this.inTurn(() => this.flush());
    });
  }

  /** Ends the open segment, if there is one, so that it counts as closed. */
  rotate(): Promise<void> {
    return this.inTurn(() => this.endSegment());
  }

  /** Full paths of the segments nobody writes to any more, oldest first; also those an earlier process left. */
  closedSegments(): Promise<string[]> {
    return this.inTurn(async () => {
      const names = await readdir(this.folder);
      return names
        .filter((name) => name.startsWith(`${this.name}-`) && name.endsWith(SUFFIX))
        .sort()
        .map((name) => path.join(this.folder, name))
        .filter((file) => file !== this.segment?.file);
    });
  }

  private inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.turn.then(work);
    this.turn = done.then(
      () => undefined,
      () => undefined,
    );
    return done;
  }

  private async flush(): Promise<void> {
    this.flushQueued = false;
    const batch = this.waiting;
    this.waiting = [];
    try {
      const segment = (this.segment ??= await this.startSegment());
      const bytes = Buffer.from(batch.map(({ line }) => `${line}\n`).join(''));
      await segment.handle.appendFile(bytes);
      await segment.handle.datasync();
      segment.sizeBytes += bytes.length;
      for (const { resolve } of batch) resolve();
      if (segment.sizeBytes >= this.segmentBytes) await this.endSegment();
    } catch (error) {
      for (const { reject } of batch) reject(error);
      // Half a line may stand at the end now; what follows must not be glued to it.
      await this.endSegment();
    }
  }

  private async startSegment() {
    const file = path.join(this.folder, `${this.name}-${newId()}${SUFFIX}`);
    const handle = await open(file, 'ax', 0o600);
    const folder = await open(this.folder, 'r');
    await folder.sync().finally(() => folder.close());
    return { file, handle, sizeBytes: 0 };
  }

  private async endSegment(): Promise<void> {
    const handle = this.segment?.handle;
    this.segment = undefined;
    await handle?.close().catch(() => undefined);
  }
}
