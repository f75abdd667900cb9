import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { ImportProblem } from '@graft/protocol';
import { writeWhole } from '@graft/runner';
import type { RowProblem } from './row-problem.js';

/** A manifest of a million bad rows must not become a report of a million lines. */
const MAX_LISTED = 10_000;

/** Collects refused rows: all are counted, the first ones are listed. */
export class ProblemLog {
  private readonly listed: ImportProblem[] = [];
  private readonly byCode = new Map<string, number>();
  total = 0;

  add(row: number, problem: RowProblem): void {
    this.total += 1;
    this.byCode.set(problem.code, (this.byCode.get(problem.code) ?? 0) + 1);
    if (this.listed.length < MAX_LISTED) this.listed.push(problem.at(row));
  }

  /** The first problems in words, for a message. */
  summary(): string {
    return this.listed
      .slice(0, 3)
      .map(({ row, message }) => `row ${row}: ${message}`)
      .join(' ');
  }

  /** Writes `problems.jsonl` (at most 10,000 lines) and `problems.json` {total, listed, byCode}. */
  async write(folder: string): Promise<void> {
    await mkdir(folder, { recursive: true });
    await writeWhole(
      join(folder, 'problems.jsonl'),
      this.listed.map((problem) => `${JSON.stringify(problem)}\n`).join(''),
    );
    const summary = { total: this.total, listed: this.listed.length, byCode: Object.fromEntries(this.byCode) };
    await writeWhole(join(folder, 'problems.json'), `${JSON.stringify(summary, null, 2)}\n`);
  }
}
