/** Told apart by people with any colour vision as far as ten can be; the order of Okabe and Ito, then lighter and darker ones. */
const hues = {
  light: ['#0d6b60', '#d55e00', '#0072b2', '#cc79a7', '#b8860b', '#56b4e9', '#7b3294', '#4d9221', '#8c510a', '#5b5b5b'],
  dark: ['#5ccbb8', '#ff9d5c', '#6db8ee', '#e6a3c8', '#e5c45a', '#9fd8ff', '#c08ad8', '#9ccf6a', '#d2a15e', '#b5b5b5'],
} as const;
const others = { light: '#c3ccc8', dark: '#3b4843' } as const;

export interface LegendEntry {
  value: string;
  colour: string;
  count: number;
}

/** A colour for each of the most frequent values; the rest share one. */
export function colourScale(
  values: readonly string[],
  mode: 'light' | 'dark',
): { colourOf: (value: string) => string; legend: LegendEntry[] } {
  const counts = new Map<string, number>();
  for (const value of values) if (value !== '') counts.set(value, (counts.get(value) ?? 0) + 1);
  const ranked = [...counts].sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1));
  const legend = ranked
    .slice(0, hues[mode].length)
    .map(([value, count], index) => ({ value, count, colour: hues[mode][index]! }));
  const rest = ranked.slice(legend.length).reduce((sum, [, count]) => sum + count, 0);
  const colours = new Map(legend.map(({ value, colour }) => [value, colour]));
  return {
    colourOf: (value) => colours.get(value) ?? others[mode],
    legend: rest === 0 ? legend : [...legend, { value: 'other values', colour: others[mode], count: rest }],
  };
}

/** The point nearest to a place on the map, all in 0..1; none when nothing is close. */
export function nearestPoint<T extends { x: number; y: number }>(points: readonly T[], x: number, y: number): T | null {
  let best: T | null = null;
  let least = 0.03 ** 2;
  for (const point of points) {
    const distance = (point.x - x) ** 2 + (point.y - y) ** 2;
    if (distance < least) [best, least] = [point, distance];
  }
  return best;
}
