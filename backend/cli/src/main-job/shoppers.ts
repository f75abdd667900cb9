import { seededRandom } from '../catalogue/random.js';

/**
 * Simulated shoppers. No person ever saw these answers: each visit asks the endpoint about one held-out product, and the shopper saves
 * it more often when every label in the answer is right. So the A/B result says how the platform measures, not what people like.
 */
export const simulation = { shoppers: 1000, visits: 2000, saveWhenRight: 0.45, saveWhenWrong: 0.12 } as const;

export interface Visit {
  number: number;
  unit: string;
  itemId: string;
  /** What the shopper would need to see to save it: drawn before the answer is known, so that both variants meet the same luck. */
  luck: number;
}

/** Visit `number` is the same in every repetition: who comes, what they look at, how lucky the answer has to be. */
export function visitAt(number: number, itemIds: readonly string[]): Visit {
  const random = seededRandom(`visit:${number}`);
  const itemId = random.pick(itemIds);
  // Each shopper comes before anybody comes twice: every unit counts once in the analysis, so units are what evidence is made of.
  return {
    number,
    unit: `shopper-${String(number % simulation.shoppers).padStart(4, '0')}`,
    itemId,
    luck: random.next(),
  };
}

export const saves = (visit: Visit, right: boolean): boolean =>
  visit.luck < (right ? simulation.saveWhenRight : simulation.saveWhenWrong);

/** Right means every target that both the answer and the product's own attributes know. */
export function isRight(answer: Record<string, string>, attributes: Record<string, string>): boolean {
  const targets = Object.keys(answer).filter((target) => target in attributes);
  return targets.length > 0 && targets.every((target) => answer[target] === attributes[target]);
}
