import { css, randomColour, shade, type Hsl } from './palette.js';
import type { Random } from './random.js';
import type { Wall } from './styles.js';
import { ellipse, polygon, rect, stroke } from './svg.js';

/** Side of a picture in pixels. */
export const PICTURE_SIDE = 96;

const wallBox = { x: 0, y: 0, width: PICTURE_SIDE, height: PICTURE_SIDE };

function wallMarks(wall: Wall, colour: Hsl, random: Random): string {
  const line = css(shade(colour, random.between(-16, -8)));
  const rows = (gap: number): number[] =>
    Array.from({ length: Math.ceil(PICTURE_SIDE / gap) }, (_, i) => i * gap + random.between(-1, 1));
  switch (wall) {
    case 'plain':
      return '';
    case 'shiplap':
      return rows(11)
        .map((y) => stroke(`M 0 ${y} H 96`, line, 1.2))
        .join('');
    case 'planks':
      return rows(15)
        .map((x) => stroke(`M ${x} 0 V 96`, line, 2))
        .join('');
    case 'bricks':
      return rows(10)
        .map(
          (y, i) =>
            stroke(`M 0 ${y} H 96`, line, 1) +
            rows(20)
              .map((x) => stroke(`M ${x + (i % 2) * 10} ${y} v 10`, line, 1))
              .join(''),
        )
        .join('');
    case 'arcs':
      return rows(24)
        .map((x) => stroke(`M ${x} 96 A 12 30 0 0 1 ${x + 24} 96`, line, 1.6))
        .join('');
    case 'terracotta':
      return Array.from({ length: 9 }, () =>
        ellipse({ x: random.between(-8, 90), y: random.between(-8, 60), width: 14, height: 8 }, line),
      ).join('');
    case 'split':
      return rect({ x: 0, y: random.between(52, 66), width: PICTURE_SIDE, height: 50 }, line);
  }
}

export interface Backdrop {
  wall: Wall;
  colour: Hsl;
}

export const backdrop = ({ wall, colour }: Backdrop, random: Random): string =>
  rect(wallBox, css(colour)) + wallMarks(wall, colour, random);

/** Things that stand about and say nothing: their number, place and colour have no tie to any label. */
export function clutter(random: Random): string {
  return Array.from({ length: random.integer(0, 3) }, () => {
    const size = random.between(7, 17);
    const box = {
      x: random.between(-6, 86),
      y: random.chance(0.7) ? random.between(62, 88) : random.between(-6, 20),
      width: size,
      height: size * random.between(0.6, 1.6),
    };
    return random.chance(0.5) ? rect(box, randomColour(random, 60), 2) : ellipse(box, randomColour(random, 60));
  }).join('');
}

/** Something in front of the product: a leaf, a hand, a price tag. Covers at most about a fifth of it. */
export function occlusion(random: Random): string {
  const x = random.between(4, 78);
  const y = random.between(8, 74);
  const colour = randomColour(random, 45);
  return random.chance(0.5)
    ? polygon(
        [
          [x, y],
          [x + random.between(10, 18), y + random.between(2, 8)],
          [x + random.between(12, 24), y + random.between(18, 26)],
          [x - 2, y + 14],
        ],
        colour,
      )
    : rect({ x, y, width: random.between(5, 9), height: random.between(26, 40) }, colour, 2);
}

/** Light from one side and a cast of colour over everything; `strength` 0..1. */
export function lighting(random: Random, strength: number): { definition: string; overlay: string } {
  const angle = random.between(0, 360);
  const definition =
    `<linearGradient id="light" gradientTransform="rotate(${angle.toFixed(0)} .5 .5)"><stop offset="0" stop-color="#fff" stop-opacity="${(0.34 * strength).toFixed(2)}"/>` +
    `<stop offset=".5" stop-color="#fff" stop-opacity="0"/><stop offset="1" stop-color="#000" stop-opacity="${(0.44 * strength).toFixed(2)}"/></linearGradient>`;
  const cast = css({ h: random.chance(0.5) ? random.between(25, 50) : random.between(195, 225), s: 70, l: 55 });
  const overlay =
    rect(wallBox, 'url(#light)') +
    `<rect width="96" height="96" fill="${cast}" opacity="${(random.between(0, 0.17) * strength).toFixed(2)}"/>`;
  return { definition, overlay };
}

export interface Pose {
  /** Centre in pixels, side of the product's box in pixels, turn in degrees. */
  x: number;
  y: number;
  side: number;
  turn: number;
  mirrored: boolean;
}

export function posed(shape: string, pose: Pose): string {
  const scale = pose.side / 100;
  const flip = pose.mirrored ? `translate(100 0) scale(-1 1)` : '';
  return `<g transform="translate(${pose.x.toFixed(1)} ${pose.y.toFixed(1)}) rotate(${pose.turn.toFixed(1)}) scale(${scale.toFixed(3)}) translate(-50 -52) ${flip}" stroke="#1c1a18" stroke-opacity=".5" stroke-width="1.2">${shape}</g>`;
}

export const shadow = (pose: Pose): string =>
  `<g opacity=".28">${ellipse({ x: pose.x - pose.side * 0.42, y: pose.y + pose.side * 0.36, width: pose.side * 0.84, height: pose.side * 0.14 }, '#000')}</g>`;

export const picture = (definitions: string, marks: string): string =>
  `<svg xmlns="http://www.w3.org/2000/svg" width="96" height="96"><defs>${definitions}</defs>${marks}</svg>`;
