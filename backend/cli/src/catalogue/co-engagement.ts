import { colourNames } from './palette.js';
import { categories, type Product } from './product.js';
import { seededRandom, type Random } from './random.js';
import { styles } from './styles.js';

export interface Pair {
  a: string;
  b: string;
  weight: number;
}

const ITEMS_PER_SHOPPER = 12;
/** Chance that a shopper looks at something for no reason that a taste explains. */
const WHIM = 0.22;

/** The products a shopper may like: any of two styles and four categories, with a leaning to one colour. */
function basketOf(products: readonly Product[], random: Random): string[] {
  const likedStyles = new Set([random.pick(styles), random.pick(styles)]);
  const likedCategories = new Set(Array.from({ length: 4 }, () => random.pick(categories)));
  const likedColour = random.pick(colourNames);
  const basket = new Set<string>();
  for (let tries = 0; basket.size < ITEMS_PER_SHOPPER && tries < 4000; tries++) {
    const product = random.pick(products);
    const liked =
      likedStyles.has(product.style) && (likedCategories.has(product.category) || product.colour === likedColour);
    if (liked || random.chance(WHIM / 12)) basket.add(product.id);
  }
  return [...basket];
}

/**
 * Who engaged with `a` engaged with `b`, from simulated shoppers with tastes over style, category and colour and with whims. It is a
 * simulation of a log, nothing more: noisy, incomplete, and blind to how any model sees a picture.
 */
export function simulateCoEngagement(products: readonly Product[], shoppers: number, seed: string): Pair[] {
  const random = seededRandom(`${seed}:shoppers`);
  const weights = new Map<string, number>();
  for (let shopper = 0; shopper < shoppers; shopper++) {
    const basket = basketOf(products, random).sort();
    // A session shows neighbours in time, not all pairs of a life: each item goes with the next three.
    for (const [i, a] of basket.entries()) {
      for (const b of basket.slice(i + 1, i + 4)) {
        const key = `${a},${b}`;
        weights.set(key, (weights.get(key) ?? 0) + 1);
      }
    }
  }
  return [...weights].map(([key, weight]) => {
    const [a = '', b = ''] = key.split(',');
    return { a, b, weight };
  });
}
