import type { GraftProblem } from '@graft/client';
import { describeProblem } from '../problem.js';

/** A place to write lines to: standard output, standard error, or a test's list. */
export interface Sink {
  write(text: string): unknown;
  readonly isTTY?: boolean;
}

/**
 * One command's output. In JSON mode standard output carries exactly one JSON document and everything said on the way goes to
 * standard error; otherwise both are for people.
 */
export class Output {
  constructor(
    private readonly out: Sink,
    private readonly err: Sink,
    readonly json: boolean,
  ) {}

  /** The answer: `document` for machines, `lines` for people. */
  result(document: unknown, lines: () => readonly string[]): void {
    if (this.json) this.out.write(`${JSON.stringify(document)}\n`);
    else for (const line of lines()) this.out.write(`${line}\n`);
  }

  /** Something said on the way. */
  note(line: string): void {
    this.err.write(`${line}\n`);
  }

  failure(error: GraftProblem): void {
    if (this.json) this.out.write(`${JSON.stringify({ error: error.problem })}\n`);
    for (const line of describeProblem(error.problem)) this.err.write(`${line}\n`);
  }

  /** A line that is rewritten in place in a terminal, and said only now and then elsewhere. */
  progress(): Progress {
    return new Progress(this.err);
  }
}

const PLAIN_EVERY_MS = 5000;
const LIVE_EVERY_MS = 80;

export class Progress {
  private last = 0;
  private pending = '';

  constructor(
    private readonly err: Sink,
    private readonly now: () => number = Date.now,
  ) {}

  update(line: string): void {
    this.pending = line;
    const live = this.err.isTTY === true;
    if (this.now() - this.last < (live ? LIVE_EVERY_MS : PLAIN_EVERY_MS)) return;
    this.last = this.now();
    this.err.write(live ? `\r\u001b[2K${line}` : `${line}\n`);
    if (!live) this.pending = '';
  }

  /** Leaves `line` (or the last update) standing as an ordinary line. */
  done(line: string = this.pending): void {
    if (this.err.isTTY === true) this.err.write('\r\u001b[2K');
    if (line !== '') this.err.write(`${line}\n`);
    this.pending = '';
    this.last = 0;
  }
}

export const bar = (fraction: number, width = 24): string => {
  const share = Math.min(1, Math.max(0, fraction));
  const full = Math.round(share * width);
  return `[${'#'.repeat(full)}${'.'.repeat(width - full)}] ${String(Math.round(share * 100)).padStart(3)} %`;
};
