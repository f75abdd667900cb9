import type { Duplex } from 'node:stream';
import { type Event, MAX_LINE_BYTES } from '@graft/protocol';
import { RecipeFailure } from './failures.js';

/** The runner's end of the control channel: newline-separated JSON, both ways. */
export class ControlChannel {
  constructor(private readonly stream: Duplex) {}

  /** Lines as they come, until the other end closes. Throws `protocol-violation` when a line does not end within the limit. */
  async *lines(): AsyncGenerator<string> {
    let pending = Buffer.alloc(0);
    for await (const chunk of this.stream) {
      pending = Buffer.concat([pending, chunk as Buffer]);
      for (let end = pending.indexOf(10); end >= 0; end = pending.indexOf(10)) {
        yield pending.subarray(0, end).toString('utf8');
        pending = pending.subarray(end + 1);
      }
      if (pending.length > MAX_LINE_BYTES) {
        throw new RecipeFailure('protocol-violation', `A control line is longer than ${MAX_LINE_BYTES} bytes.`);
      }
    }
  }

  send(event: Event): void {
    this.stream.write(`${JSON.stringify(event)}\n`);
  }

  /** Resolves when everything sent has left this process, or the other end is gone. */
  async close(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.stream.once('error', () => resolve());
      this.stream.end(() => resolve());
    });
    this.stream.destroy();
  }
}
