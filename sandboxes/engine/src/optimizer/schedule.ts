/** Learning rate at a step that counts from 0: a straight rise to `peak` over `warmupSteps`, then half a cosine down to `floor` at `totalSteps`. */
export function warmupCosine({
  peak,
  warmupSteps,
  totalSteps,
  floor = 0,
}: {
  peak: number;
  warmupSteps: number;
  totalSteps: number;
  floor?: number;
}): (step: number) => number {
  return (step) => {
    if (step < warmupSteps) return (peak * (step + 1)) / warmupSteps;
    const progress = Math.min(1, (step - warmupSteps) / Math.max(1, totalSteps - warmupSteps));
    return floor + ((peak - floor) * (1 + Math.cos(Math.PI * progress))) / 2;
  };
}
