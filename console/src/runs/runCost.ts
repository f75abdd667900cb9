/** What a CPU hour is taken to cost where no evaluation says otherwise: the default of the recipe `evaluate`. */
export const dollarsPerCpuHour = 0.04;

const leastShown = 0.0001;

export function runCost(cpuSeconds: number): string {
  const dollars = (cpuSeconds * dollarsPerCpuHour) / 3600;
  if (dollars > 0 && dollars < leastShown) return `< $${leastShown}`;
  return `$${dollars.toFixed(dollars < 0.01 ? 4 : 2)}`;
}
