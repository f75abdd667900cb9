import type { ImportProblem } from '@graft/protocol';

/** Why one row was refused. */
export class RowProblem {
  constructor(
    readonly code: ImportProblem['code'],
    readonly message: string,
    readonly itemId: string | null = null,
  ) {}

  at(row: number): ImportProblem {
    return { row, itemId: this.itemId?.slice(0, 200) ?? null, code: this.code, message: this.message.slice(0, 500) };
  }
}

/** A value as a message quotes it: short, on one line. */
export function quote(value: unknown): string {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? String(value));
  return JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}…` : text);
}
