/** What a CPU hour is taken to cost where no evaluation says otherwise: the default of the recipe `evaluate`. */
export const dollarsPerCpuHour = 0.04;

export const runCost = (cpuSeconds: number): string =>
  `$${((cpuSeconds * dollarsPerCpuHour) / 3600).toFixed(cpuSeconds < 900 ? 4 : 2)}`;
