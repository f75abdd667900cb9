import type { Random } from './random.js';

export interface Hsl {
  /** Degrees 0..360; saturation and lightness in percent. */
  h: number;
  s: number;
  l: number;
}

/** The colour names of the catalogue and what they look like in neutral light. */
export const colours = {
  black: { h: 220, s: 8, l: 13 },
  white: { h: 45, s: 12, l: 92 },
  grey: { h: 210, s: 5, l: 52 },
  red: { h: 356, s: 70, l: 44 },
  yellow: { h: 46, s: 85, l: 56 },
  green: { h: 130, s: 42, l: 38 },
  blue: { h: 214, s: 62, l: 44 },
  purple: { h: 280, s: 42, l: 44 },
  pink: { h: 338, s: 65, l: 74 },
  brown: { h: 24, s: 45, l: 30 },
} as const satisfies Record<string, Hsl>;

export type ColourName = keyof typeof colours;
export const colourNames = Object.keys(colours) as ColourName[];

/** How a style shifts every colour: pulls it towards `hue`, scales saturation, adds to lightness. */
export interface Tint {
  hue: number;
  pull: number;
  saturation: number;
  lightness: number;
}

export const neutralTint: Tint = { hue: 0, pull: 0, saturation: 1, lightness: 0 };

const clamp = (value: number, low: number, high: number): number => Math.min(high, Math.max(low, value));

/** One dyed lot of a named colour: no two products have exactly the same red. */
export function dye(name: ColourName, tint: Tint, random: Random): Hsl {
  const base = colours[name];
  const turn = ((tint.hue - base.h + 540) % 360) - 180;
  return {
    h: (base.h + turn * tint.pull + random.normal(0, 7) + 360) % 360,
    s: clamp(base.s * tint.saturation + random.normal(0, 6), 0, 100),
    l: clamp(base.l + tint.lightness + random.normal(0, 5), 6, 96),
  };
}

export const shade = (colour: Hsl, lightness: number): Hsl => ({ ...colour, l: clamp(colour.l + lightness, 3, 97) });

export const css = ({ h, s, l }: Hsl): string => `hsl(${h.toFixed(0)},${s.toFixed(0)}%,${l.toFixed(0)}%)`;

export const randomColour = (random: Random, saturation: number): string =>
  css({ h: random.between(0, 360), s: random.between(5, saturation), l: random.between(25, 85) });
