import { css, dye, shade, type ColourName, type Hsl } from './palette.js';
import type { Random } from './random.js';
import { ornaments, type Ornament, type Style } from './styles.js';

/** What a shape is drawn with: the style's tendencies after chance had its say. Lengths are in the shape's 100 x 100 box. */
export interface Traits {
  roundness: number;
  slimness: number;
  splay: number;
  /** SVG paint of the main surface: a colour, or the pattern `#cloth`. */
  body: string;
  /** The main surface in shadow. */
  dark: string;
  trim: string;
  ornament: Ornament;
  /** Chance within the shape itself: proportions that vary from product to product. */
  random: Random;
}

const unit = (value: number): number => Math.min(1, Math.max(0, value));

export interface Cloth {
  colour: Hsl;
  pattern: string;
}

/** @param spread standard deviation of the traits around the style's: large enough that neighbouring styles overlap. */
export function drawTraits(style: Style, cloth: Cloth, spread: number, random: Random): Traits {
  const borrowed = random.chance(0.12);
  const bare = random.chance(0.22);
  return {
    roundness: unit(random.normal(style.roundness, spread)),
    slimness: unit(random.normal(style.slimness, spread)),
    splay: unit(random.normal(style.splay, spread)),
    body: cloth.pattern === 'plain' ? css(cloth.colour) : 'url(#cloth)',
    dark: css(shade(cloth.colour, -11)),
    trim: css({
      h: style.trim.h + random.normal(0, 8),
      s: style.trim.s,
      l: Math.min(95, Math.max(6, style.trim.l + random.normal(0, 7))),
    }),
    ornament: bare ? 'none' : borrowed ? random.pick(ornaments) : style.ornament,
    random,
  };
}

export const dyeFor = (style: Style, colour: ColourName, random: Random): Hsl => dye(colour, style.tint, random);
