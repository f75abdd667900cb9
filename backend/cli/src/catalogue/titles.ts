import type { ColourName } from './palette.js';
import type { PatternName } from './patterns.js';
import type { Category, Product } from './product.js';
import { seededRandom } from './random.js';

const nouns: Record<Category, readonly string[]> = {
  chair: ['Chair', 'Accent Chair', 'Dining Chair', 'Side Chair'],
  sofa: ['Sofa', 'Couch', 'Loveseat', '3-Seater Sofa'],
  lamp: ['Lamp', 'Table Lamp', 'Floor Lamp', 'Bedside Lamp'],
  table: ['Table', 'Coffee Table', 'Console Table', 'Dining Table'],
  rug: ['Rug', 'Area Rug', 'Floor Rug', 'Runner'],
  vase: ['Vase', 'Flower Vase', 'Ceramic Vase', 'Bud Vase'],
  mirror: ['Mirror', 'Wall Mirror', 'Framed Mirror'],
  shirt: ['Shirt', 'Tee', 'Cotton Shirt', 'Top'],
  dress: ['Dress', 'Midi Dress', 'Summer Dress'],
  shoe: ['Shoes', 'Loafers', 'Flats', 'Everyday Shoe'],
  bag: ['Bag', 'Tote', 'Handbag', 'Shoulder Bag'],
  hat: ['Hat', 'Sun Hat', 'Brimmed Hat'],
  scarf: ['Scarf', 'Wrap Scarf', 'Shawl'],
};

const colourWords: Record<ColourName, readonly string[]> = {
  black: ['Black', 'Jet Black', 'Charcoal'],
  white: ['White', 'Ivory', 'Off-White'],
  grey: ['Grey', 'Gray', 'Slate'],
  red: ['Red', 'Crimson', 'Brick Red'],
  yellow: ['Yellow', 'Mustard', 'Ochre'],
  green: ['Green', 'Olive', 'Forest Green'],
  blue: ['Blue', 'Navy', 'Indigo'],
  purple: ['Purple', 'Plum', 'Violet'],
  pink: ['Pink', 'Blush', 'Rose'],
  brown: ['Brown', 'Chocolate', 'Tan'],
};

const patternWords: Record<PatternName, readonly string[]> = {
  plain: ['', 'Solid'],
  stripes: ['Striped', 'Stripe'],
  dots: ['Polka Dot', 'Dotted'],
  checks: ['Checked', 'Plaid'],
  floral: ['Floral', 'Flower Print'],
};

const brands = [
  'Harbor & Pine',
  'Oldfield',
  'Casa Lumo',
  'Nordhus',
  'Maison Vey',
  'Tideline',
  'Ferro Works',
  'Loom & Co',
  'Marlow',
  'Sunday Studio',
];
const tails = ['', '', '', '', '- Set of 2', '(New)', '- Handmade', '| Free Returns', '- Limited Edition'];

/** A title as shops write it: synonyms, words left out, noise at the end. It helps, and it is not the label. */
export function writeTitle(product: Product, seed: string): string {
  const random = seededRandom(`${seed}:title:${product.id}`);
  const words = [
    random.chance(0.55) ? random.pick(brands) : '',
    random.chance(0.72) ? random.pick(product.style.words) : '',
    random.chance(0.8) ? random.pick(colourWords[product.colour]) : '',
    random.chance(0.65) ? random.pick(patternWords[product.pattern]) : '',
    random.pick(nouns[product.category]),
    random.pick(tails),
  ];
  return words.filter((word) => word !== '').join(' ');
}
