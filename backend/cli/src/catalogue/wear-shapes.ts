import type { Shape } from './home-shapes.js';
import { ornament } from './ornaments.js';
import { ellipse, path, polygon, rect, stroke } from './svg.js';

const shirt: Shape = (traits) => {
  const width = 44 + (1 - traits.slimness) * 16;
  const left = 50 - width / 2;
  const right = 50 + width / 2;
  const sleeve = traits.random.between(16, 34);
  const collar = 6 + traits.roundness * 7;
  return (
    polygon(
      [
        [left, 20],
        [left - 14, 26 + sleeve],
        [left - 2, 32 + sleeve],
        [left + 8, 36],
      ],
      traits.dark,
    ) +
    polygon(
      [
        [right, 20],
        [right + 14, 26 + sleeve],
        [right + 2, 32 + sleeve],
        [right - 8, 36],
      ],
      traits.dark,
    ) +
    path(
      `M ${left} 20 L ${50 - collar} 14 Q 50 ${16 + collar} ${50 + collar} 14 L ${right} 20 L ${right - 3 + traits.splay * 8} 90 H ${left + 3 - traits.splay * 8} Z`,
      traits.body,
    ) +
    stroke(`M ${50 - collar} 14 Q 50 ${16 + collar} ${50 + collar} 14`, traits.trim, 2.5) +
    ornament(traits, { x: left + 6, y: 46, width: width - 12, height: 32 })
  );
};

const dress: Shape = (traits) => {
  const waist = 11 + (1 - traits.slimness) * 7;
  const hem = waist + 10 + traits.splay * 22 + traits.random.between(0, 5);
  const length = traits.random.between(82, 95);
  return (
    path(
      `M ${50 - waist - 3} 12 L ${50 - waist} 42 L ${50 - hem} ${length} Q 50 ${length + 5 * traits.roundness} ${50 + hem} ${length} L ${50 + waist} 42 L ${50 + waist + 3} 12 Q 50 ${18 + 12 * traits.roundness} ${50 - waist - 3} 12 Z`,
      traits.body,
    ) +
    rect({ x: 50 - waist - 1, y: 39, width: 2 * waist + 2, height: 5 }, traits.trim) +
    ornament(traits, { x: 50 - waist - 4, y: 54, width: 2 * waist + 8, height: length - 58 })
  );
};

const shoe: Shape = (traits) => {
  const heel = traits.random.between(4, 8) + traits.splay * 14;
  const toe = 20 - traits.roundness * 14;
  const sole = 3 + (1 - traits.slimness) * 7;
  const y = 84 - heel * 0.4;
  return (
    path(
      `M 12 ${y} L 14 ${y - 32} Q 26 ${y - 36} 34 ${y - 26} Q 54 ${y - 12} 82 ${y - 12} Q 94 ${y - 6 - toe * 0.2} 92 ${y} Z`,
      traits.body,
    ) +
    rect({ x: 10, y, width: 84, height: sole }, traits.trim, traits.roundness * 3) +
    rect({ x: 10, y, width: 16, height: sole + heel }, traits.trim) +
    stroke(`M 36 ${y - 23} l 10 6 M 44 ${y - 18} l 10 5`, traits.dark, 2) +
    ornament(traits, { x: 18, y: y - 22, width: 54, height: 18 })
  );
};

const bag: Shape = (traits) => {
  const width = traits.random.between(52, 72);
  const height = traits.random.between(38, 50);
  const y = 92 - height;
  const flare = traits.splay * 8;
  const arch = traits.random.between(22, 38);
  return (
    stroke(
      `M ${50 - width * 0.28} ${y + 3} C ${50 - width * 0.25} ${y - arch} ${50 + width * 0.25} ${y - arch} ${50 + width * 0.28} ${y + 3}`,
      traits.trim,
      2.5 + (1 - traits.slimness) * 4,
    ) +
    path(
      `M ${50 - width / 2 + flare} ${y} H ${50 + width / 2 - flare} L ${50 + width / 2} ${y + height - 12 * traits.roundness} Q ${50 + width / 2} 92 ${50 + width / 2 - 14 * traits.roundness} 92 H ${50 - width / 2 + 14 * traits.roundness} Q ${50 - width / 2} 92 ${50 - width / 2} ${y + height - 12 * traits.roundness} Z`,
      traits.body,
    ) +
    rect({ x: 50 - width / 2 + flare, y, width: width - 2 * flare, height: 7 }, traits.dark) +
    ornament(traits, { x: 50 - width * 0.38, y: y + 11, width: width * 0.76, height: height - 17 })
  );
};

const hat: Shape = (traits) => {
  const crown = traits.random.between(36, 46);
  const brim = 66 + traits.splay * 26;
  const height = traits.random.between(26, 38);
  const y = 76 - height;
  const round = traits.roundness * crown * 0.5;
  return (
    ellipse({ x: 50 - brim / 2, y: 68, width: brim, height: 12 + (1 - traits.slimness) * 8 }, traits.dark) +
    rect({ x: 50 - crown / 2, y, width: crown, height: height + 3 }, traits.body, round) +
    rect({ x: 50 - crown / 2, y: 66, width: crown, height: 8 }, traits.trim) +
    ornament(traits, { x: 50 - crown / 2 + 3, y: y + 8, width: crown - 6, height: height - 16 })
  );
};

const scarf: Shape = (traits) => {
  const width = 12 + (1 - traits.slimness) * 9;
  const drop = traits.random.between(76, 92);
  const spread = 6 + traits.splay * 14;
  return (
    polygon(
      [
        [46 - width / 2, 34],
        [50 + width / 2, 34],
        [52 - spread + width / 2, drop],
        [46 - spread - width / 2, drop],
      ],
      traits.body,
    ) +
    polygon(
      [
        [50 - width / 2, 34],
        [56 + width / 2, 34],
        [58 + spread + width / 2, drop - 12],
        [54 + spread - width / 2, drop - 12],
      ],
      traits.dark,
    ) +
    stroke(
      `M ${26 + 6 * traits.roundness} 22 Q 50 ${40 + 10 * traits.roundness} ${74 - 6 * traits.roundness} 22`,
      traits.body,
      width * 0.9,
    ) +
    ornament(traits, { x: 46 - spread - width / 2, y: drop - 22, width: width + 6, height: 20 })
  );
};

export const wearShapes = { shirt, dress, shoe, bag, hat, scarf } as const satisfies Record<string, Shape>;

const ball: Shape = (traits) =>
  ellipse({ x: 20, y: 34, width: 60, height: 60 }, traits.body) + stroke('M 24 54 Q 50 74 76 54', traits.dark, 3);
const cup: Shape = (traits) =>
  stroke('M 66 50 q 22 4 0 26', traits.body, 6) +
  path(`M 26 40 H 68 L ${66 - traits.splay * 8} 94 H ${28 + traits.splay * 8} Z`, traits.body) +
  ellipse({ x: 26, y: 36, width: 42, height: 9 }, traits.dark);
const book: Shape = (traits) =>
  polygon(
    [
      [20, 30],
      [66, 22],
      [66, 88],
      [20, 94],
    ],
    traits.body,
  ) +
  polygon(
    [
      [66, 22],
      [74, 26],
      [74, 90],
      [66, 88],
    ],
    '#f2efe6',
  );
const bottle: Shape = (traits) =>
  rect({ x: 43, y: 8, width: 14, height: 30 }, traits.dark, 3) +
  rect({ x: 32, y: 34, width: 36, height: 60 }, traits.body, 4 + traits.roundness * 14);
const umbrella: Shape = (traits) =>
  stroke('M 50 40 V 86 q 0 8 -9 5', traits.trim, 3) +
  path('M 8 52 Q 14 12 50 12 Q 86 12 92 52 Q 78 42 64 52 Q 50 42 36 52 Q 22 42 8 52 Z', traits.body);

/** Things of the generic pictures that no shop of ours sells. */
export const otherShapes = { ball, cup, book, bottle, umbrella } as const satisfies Record<string, Shape>;
