import { invalidField } from '../kernel/index.js';
import type { VariantRole } from './endpoint.entity.js';

export interface VariantWeight {
  readonly name: string;
  readonly weight: number;
}

export interface PlannedVariant extends VariantWeight {
  readonly role: VariantRole;
}

/** Thirds written with a few digits add up to a little less than 1. */
const TOLERANCE = 1e-3;

/**
 * The same weights, scaled to add up to exactly 1.
 * @throws DomainError `validation-failed` when they do not add up to 1 as people write it
 */
export function checkedWeights<V extends VariantWeight>(variants: readonly V[]): V[] {
  const sum = variants.reduce((total, { weight }) => total + weight, 0);
  if (Math.abs(sum - 1) > TOLERANCE)
    throw invalidField('variants', 'weights that add up to 1', `a sum of ${Number(sum.toFixed(6))}`);
  return variants.map((variant) => ({ ...variant, weight: variant.weight / sum }));
}

/** @throws DomainError `validation-failed` unless names differ and exactly one variant is the control */
export function checkVariants(variants: readonly PlannedVariant[]): void {
  variants.forEach(({ name }, i) => {
    if (variants.findIndex((other) => other.name === name) !== i)
      throw invalidField(`variants[${i}].name`, 'a name that no other variant has', name);
  });
  const controls = variants.filter(({ role }) => role === 'control').length;
  if (controls !== 1) throw invalidField('variants', 'exactly one variant with role control', `${controls} of them`);
}

/** @throws DomainError `validation-failed` unless every variant of the endpoint is given a weight, and nothing else */
export function checkSameVariants(existing: readonly string[], given: readonly VariantWeight[]): void {
  given.forEach(({ name }, i) => {
    if (!existing.includes(name)) throw invalidField(`variants[${i}].name`, `one of ${existing.join(', ')}`, name);
    if (given.findIndex((other) => other.name === name) !== i)
      throw invalidField(`variants[${i}].name`, 'each variant once', `${name} again`);
  });
  const missing = existing.filter((name) => !given.some((variant) => variant.name === name));
  if (missing.length > 0)
    throw invalidField(
      'variants',
      `a weight for every variant (${existing.join(', ')})`,
      `none for ${missing.join(', ')}`,
    );
}
