import type { Hsl, Tint } from './palette.js';

export const ornaments = ['none', 'buttons', 'rope', 'fringe', 'rivets', 'slats', 'fan', 'grain'] as const;
export type Ornament = (typeof ornaments)[number];

export const walls = ['plain', 'shiplap', 'planks', 'bricks', 'arcs', 'terracotta', 'split'] as const;
export type Wall = (typeof walls)[number];

/**
 * What a style tends to: every product draws its own traits around these (see `drawTraits`), an ornament may be missing and
 * a photo may be taken before another style's wall, so no single trait gives a style away.
 */
export interface Style {
  name: string;
  /** How shops write it in titles. */
  words: readonly string[];
  /** 0 sharp corners .. 1 round. */
  roundness: number;
  /** 0 massive .. 1 thin parts. */
  slimness: number;
  /** 0 straight .. 1 legs and hems that lean outwards. */
  splay: number;
  ornament: Ornament;
  tint: Tint;
  /** Wood, metal or cord: legs, straps, bases. */
  trim: Hsl;
  wall: Wall;
  wallColour: Hsl;
}

export const styles: readonly Style[] = [
  {
    name: 'mid-century modern',
    words: ['Mid-Century Modern', 'Mid Century', 'MCM'],
    roundness: 0.5,
    slimness: 0.62,
    splay: 0.85,
    ornament: 'buttons',
    tint: { hue: 35, pull: 0.18, saturation: 1, lightness: 0 },
    trim: { h: 22, s: 48, l: 33 },
    wall: 'split',
    wallColour: { h: 40, s: 38, l: 76 },
  },
  {
    name: 'nantucket',
    words: ['Nantucket', 'Coastal Nantucket', 'Nantucket Cottage'],
    roundness: 0.35,
    slimness: 0.4,
    splay: 0.15,
    ornament: 'rope',
    tint: { hue: 208, pull: 0.2, saturation: 0.68, lightness: 9 },
    trim: { h: 48, s: 22, l: 86 },
    wall: 'shiplap',
    wallColour: { h: 205, s: 25, l: 84 },
  },
  {
    name: 'bohemian',
    words: ['Bohemian', 'Boho', 'Boho Chic'],
    roundness: 0.75,
    slimness: 0.42,
    splay: 0.4,
    ornament: 'fringe',
    tint: { hue: 18, pull: 0.22, saturation: 1.2, lightness: 2 },
    trim: { h: 36, s: 50, l: 48 },
    wall: 'terracotta',
    wallColour: { h: 18, s: 45, l: 66 },
  },
  {
    name: 'industrial',
    words: ['Industrial', 'Loft', 'Industrial Loft'],
    roundness: 0.1,
    slimness: 0.75,
    splay: 0.05,
    ornament: 'rivets',
    tint: { hue: 215, pull: 0.1, saturation: 0.6, lightness: -8 },
    trim: { h: 220, s: 6, l: 18 },
    wall: 'bricks',
    wallColour: { h: 12, s: 28, l: 48 },
  },
  {
    name: 'scandinavian',
    words: ['Scandinavian', 'Scandi', 'Nordic'],
    roundness: 0.55,
    slimness: 0.68,
    splay: 0.5,
    ornament: 'slats',
    tint: { hue: 190, pull: 0.08, saturation: 0.72, lightness: 12 },
    trim: { h: 36, s: 46, l: 71 },
    wall: 'plain',
    wallColour: { h: 60, s: 6, l: 90 },
  },
  {
    name: 'art-deco',
    words: ['Art Deco', 'Deco', 'Gatsby Art Deco'],
    roundness: 0.3,
    slimness: 0.28,
    splay: 0.1,
    ornament: 'fan',
    tint: { hue: 265, pull: 0.12, saturation: 1.2, lightness: -5 },
    trim: { h: 45, s: 66, l: 48 },
    wall: 'arcs',
    wallColour: { h: 185, s: 30, l: 30 },
  },
  {
    name: 'rustic',
    words: ['Rustic', 'Farmhouse', 'Rustic Farmhouse'],
    roundness: 0.15,
    slimness: 0.12,
    splay: 0.15,
    ornament: 'grain',
    tint: { hue: 30, pull: 0.28, saturation: 0.8, lightness: -3 },
    trim: { h: 26, s: 44, l: 26 },
    wall: 'planks',
    wallColour: { h: 28, s: 32, l: 44 },
  },
  {
    name: 'minimalist',
    words: ['Minimalist', 'Minimal', 'Modern Minimalist'],
    roundness: 0.08,
    slimness: 0.88,
    splay: 0,
    ornament: 'none',
    tint: { hue: 0, pull: 0, saturation: 0.85, lightness: 4 },
    trim: { h: 0, s: 0, l: 60 },
    wall: 'plain',
    wallColour: { h: 220, s: 5, l: 82 },
  },
];

/** The studio's taste, for pictures that belong to no style: every trait is drawn freely. */
export const unstyled: Style = {
  name: '',
  words: [],
  roundness: 0.4,
  slimness: 0.5,
  splay: 0.3,
  ornament: 'none',
  tint: { hue: 0, pull: 0, saturation: 1, lightness: 0 },
  trim: { h: 30, s: 15, l: 45 },
  wall: 'plain',
  wallColour: { h: 0, s: 0, l: 93 },
};
