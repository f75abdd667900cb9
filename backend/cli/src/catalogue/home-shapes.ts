import { ornament } from './ornaments.js';
import { ellipse, path, polygon, rect, stroke, type Box } from './svg.js';
import type { Traits } from './traits.js';

/** Draws one product in a 100 x 100 box standing on y = 94. */
export type Shape = (traits: Traits) => string;

const thick = (traits: Traits, thin: number, fat: number): number => fat + (thin - fat) * traits.slimness;

/** Two legs below a body: straight or leaning outwards. */
function legs(traits: Traits, body: Box, floor: number): string {
  const width = thick(traits, 2.2, 7);
  const lean = traits.splay * 9;
  const top = body.y + body.height - 1;
  const left = body.x + body.width * 0.12;
  const right = body.x + body.width * 0.88;
  return (
    polygon(
      [
        [left, top],
        [left + width, top],
        [left + width * 0.7 - lean, floor],
        [left - lean, floor],
      ],
      traits.trim,
    ) +
    polygon(
      [
        [right - width, top],
        [right, top],
        [right + lean, floor],
        [right - width * 0.7 + lean, floor],
      ],
      traits.trim,
    )
  );
}

const chair: Shape = (traits) => {
  const width = traits.random.between(38, 50);
  const seatY = traits.random.between(52, 60);
  const back = { x: 50 - width / 2, y: traits.random.between(10, 22), width, height: seatY - 12 };
  const seat = { x: back.x - 3, y: seatY, width: width + 6, height: thick(traits, 7, 15) };
  return (
    legs(traits, seat, 94) +
    rect(back, traits.body, traits.roundness * 20) +
    ornament(traits, back) +
    rect(seat, traits.dark, traits.roundness * 6)
  );
};

const sofa: Shape = (traits) => {
  const height = traits.random.between(20, 30);
  const back = { x: 8, y: 70 - height - thick(traits, 8, 16), width: 84, height: height + 8 };
  const seat = { x: 6, y: 60, width: 88, height: thick(traits, 13, 24) };
  const arm = thick(traits, 7, 15);
  const round = traits.roundness * 12;
  return (
    legs(traits, seat, 94) +
    rect(back, traits.body, round) +
    ornament(traits, { ...back, x: 16, width: 68 }) +
    rect(seat, traits.dark, round / 2) +
    rect({ x: 3, y: 52, width: arm, height: 28 }, traits.body, round) +
    rect({ x: 97 - arm, y: 52, width: arm, height: 28 }, traits.body, round)
  );
};

const lamp: Shape = (traits) => {
  const bottom = traits.random.between(40, 56);
  const top = bottom * (0.35 + 0.55 * traits.roundness);
  const base = traits.random.between(22, 34);
  const shadeBottom = traits.random.between(40, 50);
  const pole = thick(traits, 2, 6);
  return (
    rect({ x: 50 - pole / 2, y: 30, width: pole, height: 62 }, traits.trim) +
    ellipse({ x: 50 - base / 2, y: 88, width: base, height: 8 }, traits.trim) +
    polygon(
      [
        [50 - top / 2, 10],
        [50 + top / 2, 10],
        [50 + bottom / 2, shadeBottom],
        [50 - bottom / 2, shadeBottom],
      ],
      traits.body,
    ) +
    ornament(traits, { x: 50 - bottom / 2 + 6, y: 16, width: bottom - 12, height: shadeBottom - 18 })
  );
};

const table: Shape = (traits) => {
  const y = traits.random.between(40, 54);
  const top = { x: 8, y, width: 84, height: thick(traits, 5, 12) };
  const apron = { x: 18, y: y + top.height, width: 64, height: thick(traits, 4, 13) };
  return (
    legs(traits, { ...apron, x: 12, width: 76 }, 94) +
    rect(apron, traits.dark) +
    ornament(traits, apron) +
    rect(top, traits.body, traits.roundness * 6)
  );
};

const rug: Shape = (traits) => {
  const lean = traits.random.between(6, 18);
  const height = traits.random.between(34, 48);
  const y = 88 - height;
  const round = traits.roundness > 0.62;
  const body = round
    ? ellipse({ x: 6, y, width: 88, height }, traits.body) +
      ellipse({ x: 24, y: y + height * 0.25, width: 52, height: height / 2 }, traits.dark)
    : polygon(
        [
          [6 + lean, y],
          [94 - lean, y],
          [98, y + height],
          [2, y + height],
        ],
        traits.body,
      ) +
      polygon(
        [
          [22 + lean, y + 8],
          [78 - lean, y + 8],
          [80, y + height - 8],
          [20, y + height - 8],
        ],
        traits.dark,
      );
  return body + ornament(traits, { x: 14, y: y + 6, width: 72, height: height - 8 });
};

const vase: Shape = (traits) => {
  const belly = 17 + traits.roundness * 15 + traits.random.between(-2, 4);
  const neck = thick(traits, 4, 11);
  const flower = traits.random.chance(0.4)
    ? stroke('M 50 30 q -6 -12 -3 -24 M 50 30 q 5 -10 9 -20', '#4a6b3a', 2) +
      ellipse({ x: 55, y: 5, width: 9, height: 9 }, traits.trim)
    : '';
  return (
    flower +
    path(
      `M ${50 - neck} 28 C ${50 - neck} 42 ${50 - belly} 46 ${50 - belly} 66 Q ${50 - belly} 94 ${50 - belly * 0.5} 94 H ${50 + belly * 0.5} Q ${50 + belly} 94 ${50 + belly} 66 C ${50 + belly} 46 ${50 + neck} 42 ${50 + neck} 28 Z`,
      traits.body,
    ) +
    ellipse({ x: 50 - neck, y: 25, width: neck * 2, height: 6 }, traits.dark) +
    ornament(traits, { x: 50 - belly * 0.8, y: 54, width: belly * 1.6, height: 26 })
  );
};

const mirror: Shape = (traits) => {
  const width = traits.random.between(44, 64);
  const frame = thick(traits, 3, 10);
  const outer = { x: 50 - width / 2, y: 10, width, height: traits.random.between(66, 82) };
  const inner = {
    x: outer.x + frame,
    y: outer.y + frame,
    width: outer.width - 2 * frame,
    height: outer.height - 2 * frame,
  };
  const round = traits.roundness * width * 0.5;
  return (
    rect(outer, traits.body, round) +
    rect(inner, '#cfdbe2', Math.max(0, round - frame)) +
    stroke(
      `M ${inner.x + 8} ${inner.y + inner.height * 0.6} l ${inner.width * 0.4} ${-inner.height * 0.35}`,
      '#f4f8fa',
      4,
    ) +
    ornament(traits, {
      x: outer.x + 4,
      y: outer.y + outer.height - frame - 10,
      width: outer.width - 8,
      height: frame + 8,
    })
  );
};

export const homeShapes = { chair, sofa, lamp, table, rug, vase, mirror } as const satisfies Record<string, Shape>;
