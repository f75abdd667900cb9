import { homeShapes, type Shape } from './home-shapes.js';
import { colourNames, type ColourName } from './palette.js';
import { clothDefinition, patternNames, type PatternName } from './patterns.js';
import { seededRandom, type Random } from './random.js';
import { backdrop, clutter, lighting, occlusion, picture, posed, shadow, type Pose } from './scene.js';
import { styles, unstyled, type Style } from './styles.js';
import { drawTraits, dyeFor } from './traits.js';
import { otherShapes, wearShapes } from './wear-shapes.js';

export const productShapes = { ...homeShapes, ...wearShapes };
export type Category = keyof typeof productShapes;
export const categories = Object.keys(productShapes) as Category[];

/** A picture before it is photographed: SVG text, and what the camera does to it. */
export interface Scene {
  svg: string;
  /** Standard deviation of sensor noise in 8-bit levels; blur radius in pixels (0 for none); JPEG quality 1..100. */
  noise: number;
  blur: number;
  quality: number;
}

export interface Product {
  id: string;
  category: Category;
  colour: ColourName;
  pattern: PatternName;
  style: Style;
}

/** What a product is: drawn independently of one another, so that no attribute gives another away. */
export function drawProduct(id: string, random: Random): Product {
  return {
    id,
    category: random.pick(categories),
    colour: random.pick(colourNames),
    pattern: random.chance(0.36) ? 'plain' : random.pick(patternNames),
    style: random.pick(styles),
  };
}

function drawPose(random: Random, freedom: number): Pose {
  const side = random.between(88 - 24 * freedom, 92);
  const room = Math.max(0, (96 - side) / 2) + 3 * freedom;
  return {
    x: 48 + random.between(-room, room),
    y: 48 + random.between(-room, room),
    side,
    turn: random.normal(0, 2 + 4 * freedom),
    mirrored: random.chance(0.5),
  };
}

/**
 * A shop's photo of a product. The scene decides nothing for either side of a comparison: the stock model, the fine-tuned one
 * and the domain encoder all see exactly these pixels and are judged on exactly these labels.
 */
export function productScene(product: Product, seed: string): Scene {
  const random = seededRandom(`${seed}:photo:${product.id}`);
  const colour = dyeFor(product.style, product.colour, random);
  const traits = drawTraits(product.style, { colour, pattern: product.pattern }, 0.17, random);
  const pose = drawPose(random, 1);
  const light = lighting(random, 1);
  // A third of the photos are taken before another style's wall: the wall alone must not answer for the product.
  const place = random.chance(0.34) ? random.pick(styles) : product.style;
  const wallColour = {
    h: place.wallColour.h + random.normal(0, 10),
    s: place.wallColour.s,
    l: Math.min(96, Math.max(8, place.wallColour.l + random.normal(0, 7))),
  };
  const front = random.chance(0.18) ? occlusion(random) : '';
  return {
    svg: picture(
      clothDefinition(product.pattern, colour, random) + light.definition,
      backdrop({ wall: place.wall, colour: wallColour }, random) +
        clutter(random) +
        shadow(pose) +
        posed(productShapes[product.category](traits), pose) +
        front +
        light.overlay,
    ),
    noise: random.between(1, 9),
    blur: random.chance(0.2) ? random.between(0.4, 1) : 0,
    quality: random.integer(68, 90),
  };
}

export const genericShapes: Record<string, Shape> = { ...productShapes, ...otherShapes };
export const genericCategories = Object.keys(genericShapes);

export interface GenericThing {
  id: string;
  category: string;
  colour: ColourName;
}

export const drawGenericThing = (id: string, random: Random): GenericThing => ({
  id,
  category: random.pick(genericCategories),
  colour: random.pick(colourNames),
});

/**
 * A generic picture, as a public model saw them: before studio paper, centred, no style, hardly any ornament, and with classes no shop
 * sells. Another distribution than the catalogue's, which is what "stock" means.
 */
export function genericScene(thing: GenericThing, seed: string): Scene {
  const random = seededRandom(`${seed}:studio:${thing.id}`);
  const pattern = random.chance(0.6) ? 'plain' : random.pick(patternNames);
  const colour = dyeFor(unstyled, thing.colour, random);
  const traits = drawTraits(unstyled, { colour, pattern }, 0.28, random);
  const pose = drawPose(random, 0.45);
  const light = lighting(random, 0.5);
  const paper = { h: random.between(0, 360), s: random.between(0, 9), l: random.between(70, 97) };
  const shape = genericShapes[thing.category];
  if (!shape)
    throw new RangeError(`category: expected one of ${genericCategories.join(', ')}, found ${thing.category}`);
  return {
    svg: picture(
      clothDefinition(pattern, colour, random) + light.definition,
      backdrop({ wall: 'plain', colour: paper }, random) + shadow(pose) + posed(shape(traits), pose) + light.overlay,
    ),
    noise: random.between(0, 5),
    blur: 0,
    quality: random.integer(78, 94),
  };
}
