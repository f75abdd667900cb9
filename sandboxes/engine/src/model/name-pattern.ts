/**
 * Which names are meant: a regular expression that is found somewhere in the name, or a glob that covers the whole of it, in which
 * `*` stands for any run of characters ("/" and "." included) and `?` for one.
 */
export type NamePattern = string | RegExp;

export function matches(pattern: NamePattern, name: string): boolean {
  // A copy without state: a global expression would begin where the last match ended.
  const expression =
    typeof pattern === 'string'
      ? new RegExp(
          `^${pattern
            .replaceAll(/[.+^${}()|[\]\\]/g, '\\$&')
            .replaceAll('*', '.*')
            .replaceAll('?', '.')}$`,
          's',
        )
      : new RegExp(pattern.source, pattern.flags.replaceAll(/[gy]/g, ''));
  return expression.test(name);
}

/** A pattern that names nothing: a misspelt one would silently do nothing. */
export class UnmatchedPattern extends Error {
  constructor(where: string, pattern: NamePattern, names: readonly string[]) {
    const some =
      names.length === 0 ? '' : ` There are ${names.slice(0, 5).join(', ')}${names.length > 5 ? ', ...' : ''}.`;
    super(
      `${where}: expected a pattern that names at least one of ${names.length} weights, found ${String(pattern)}, which names none.${some}`,
    );
    this.name = 'UnmatchedPattern';
  }
}

/** Throws UnmatchedPattern where one of the patterns names none of the names. */
export function refuseUnmatched(where: string, patterns: readonly NamePattern[], names: readonly string[]): void {
  const lost = patterns.find((pattern) => !names.some((name) => matches(pattern, name)));
  if (lost !== undefined) throw new UnmatchedPattern(where, lost, names);
}
