import type { ExperimentTemplate } from '../api/schemas.js';

export type LimitsDraft = Partial<Record<'memoryMb' | 'threads' | 'wallMinutes' | 'cpuMinutes' | 'diskMb', number>>;
export type StepDraft = {
  name: string;
  recipe: string;
  parameters: Record<string, unknown>;
  register?: { model: string };
};
/** An experiment while it is written: what is left out is filled in by the server, what is wrong is refused by it. */
export type SpecDraft = { name: string; description?: string; limits?: LimitsDraft; seed?: number; steps: StepDraft[] };

/** What stands for the words DATASET, GENERIC, TARGET and MODEL of a template. */
type Fillings = { dataset: string; generic: string; targets: readonly string[]; model: string };

/** A template with the workspace's own names in it. A list with TARGET in it gets all targets. */
export function fillTemplate(template: ExperimentTemplate, fillings: Fillings): SpecDraft {
  const fill = (value: unknown): unknown => {
    if (typeof value === 'string')
      return value
        .replace(/\bDATASET\b/, fillings.dataset)
        .replace(/\bGENERIC\b/, fillings.generic)
        .replace(/\bMODEL\b/, fillings.model);
    if (Array.isArray(value))
      return value.flatMap((entry: unknown): unknown[] => (entry === 'TARGET' ? [...fillings.targets] : [fill(entry)]));
    if (typeof value === 'object' && value !== null)
      return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, fill(inner)]));
    return value;
  };
  return fill(template.spec) as SpecDraft;
}
