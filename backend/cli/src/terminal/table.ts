export interface Column {
  title: string;
  align?: 'left' | 'right';
}

/** Wide characters are not counted apart: names and numbers are all that tables show. */
const lengthOf = (cell: string): number => [...cell].length;

/** Lines of text with the columns aligned; an empty table says what is missing instead of showing a bare header. */
export function table(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  whenEmpty = 'nothing here yet',
): string[] {
  if (rows.length === 0) return [whenEmpty];
  const widths = columns.map((column, i) =>
    Math.max(lengthOf(column.title), ...rows.map((row) => lengthOf(row[i] ?? ''))),
  );
  const line = (cells: readonly string[]): string =>
    columns
      .map((column, i) => {
        const cell = cells[i] ?? '';
        const space = ' '.repeat(Math.max(0, (widths[i] ?? 0) - lengthOf(cell)));
        return column.align === 'right' ? space + cell : cell + space;
      })
      .join('  ')
      .trimEnd();
  return [line(columns.map(({ title }) => title)), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)];
}

export const percent = (share: number, digits = 1): string => `${(share * 100).toFixed(digits)} %`;
export const times = (factor: number): string => `${factor >= 100 ? factor.toFixed(0) : factor.toFixed(1)}x`;
export const seconds = (ms: number): string =>
  ms < 60_000 ? `${(ms / 1000).toFixed(1)} s` : `${Math.floor(ms / 60_000)} min ${Math.round((ms % 60_000) / 1000)} s`;
export const milliseconds = (ms: number): string =>
  ms < 1 ? `${(ms * 1000).toFixed(0)} µs` : ms < 100 ? `${ms.toFixed(2)} ms` : `${ms.toFixed(0)} ms`;
