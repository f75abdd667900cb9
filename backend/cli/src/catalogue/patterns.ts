import { css, shade, type Hsl } from './palette.js';
import type { Random } from './random.js';

export const patternNames = ['plain', 'stripes', 'dots', 'checks', 'floral'] as const;
export type PatternName = (typeof patternNames)[number];

/** SVG definition of the printed cloth `#cloth`; empty for plain. */
export function clothDefinition(pattern: PatternName, colour: Hsl, random: Random): string {
  const ground = css(colour);
  const print = css(shade(colour, colour.l > 55 ? -random.between(24, 38) : random.between(26, 42)));
  const size = random.between(9, 15);
  const turn = random.between(-12, 12) + (random.chance(0.5) ? 90 : 0);
  const tile = (marks: string): string =>
    `<pattern id="cloth" width="${size.toFixed(1)}" height="${size.toFixed(1)}" patternUnits="userSpaceOnUse" patternTransform="rotate(${turn.toFixed(0)})">` +
    `<rect width="${size.toFixed(1)}" height="${size.toFixed(1)}" fill="${ground}"/>${marks}</pattern>`;
  const half = size / 2;
  switch (pattern) {
    case 'plain':
      return '';
    case 'stripes':
      return tile(
        `<rect width="${(size * random.between(0.3, 0.5)).toFixed(1)}" height="${size.toFixed(1)}" fill="${print}"/>`,
      );
    case 'dots':
      return tile(
        `<circle cx="${half}" cy="${half}" r="${(size * random.between(0.2, 0.3)).toFixed(1)}" fill="${print}"/>`,
      );
    case 'checks':
      return tile(
        `<rect width="${half}" height="${half}" fill="${print}"/><rect x="${half}" y="${half}" width="${half}" height="${half}" fill="${print}"/>`,
      );
    case 'floral': {
      const petal = size * 0.19;
      const petals = [0, 1, 2, 3, 4].map((n) => {
        const angle = (n / 5) * 2 * Math.PI;
        return `<circle cx="${(half + Math.cos(angle) * petal).toFixed(1)}" cy="${(half + Math.sin(angle) * petal).toFixed(1)}" r="${(petal * 0.8).toFixed(1)}" fill="${print}"/>`;
      });
      return tile(
        `${petals.join('')}<circle cx="${half}" cy="${half}" r="${(petal * 0.7).toFixed(1)}" fill="${ground}"/>`,
      );
    }
  }
}
