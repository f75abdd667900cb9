export type Weighted = { name: string; weight: number };

/** Moves one share and lets the others keep their proportions, so that all together stay 1. Shares are rounded to whole percents. */
export function setShare<V extends Weighted>(variants: readonly V[], index: number, share: number): V[] {
  const wanted = Math.min(1, Math.max(0, Math.round(share * 100) / 100));
  const rest = variants.reduce((sum, variant, at) => (at === index ? sum : sum + variant.weight), 0);
  const others = variants.length - 1;
  if (others === 0) return variants.map((variant) => ({ ...variant, weight: 1 }));
  let left = Math.round((1 - wanted) * 100);
  let open = others;
  return variants.map((variant, at) => {
    if (at === index) return { ...variant, weight: wanted };
    open -= 1;
    const part =
      open === 0
        ? left
        : Math.min(left, Math.round((1 - wanted) * 100 * (rest > 0 ? variant.weight / rest : 1 / others)));
    left -= part;
    return { ...variant, weight: part / 100 };
  });
}

export const equalShares = (count: number): number[] =>
  Array.from({ length: count }, (_, index) => (Math.floor(100 / count) + (index < 100 % count ? 1 : 0)) / 100);
