const n = (value: number): string => (Math.round(value * 10) / 10).toString();

export interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

export const rect = (box: Box, fill: string, radius = 0): string =>
  `<rect x="${n(box.x)}" y="${n(box.y)}" width="${n(box.width)}" height="${n(box.height)}" rx="${n(radius)}" fill="${fill}"/>`;

export const ellipse = (box: Box, fill: string): string =>
  `<ellipse cx="${n(box.x + box.width / 2)}" cy="${n(box.y + box.height / 2)}" rx="${n(box.width / 2)}" ry="${n(box.height / 2)}" fill="${fill}"/>`;

/** A closed shape through the points, in order. */
export const polygon = (points: readonly (readonly [number, number])[], fill: string): string =>
  `<polygon points="${points.map(([x, y]) => `${n(x)},${n(y)}`).join(' ')}" fill="${fill}"/>`;

export const path = (d: string, fill: string): string => `<path d="${d}" fill="${fill}"/>`;

export const stroke = (d: string, colour: string, width: number): string =>
  `<path d="${d}" fill="none" stroke="${colour}" stroke-width="${n(width)}" stroke-opacity="1" stroke-linecap="round"/>`;
