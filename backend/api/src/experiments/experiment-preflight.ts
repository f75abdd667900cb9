import { invalidField } from '../kernel/index.js';
import { planExperiment, type PlannedStep } from './experiment-plan.js';
import type { ExperimentSpec, ExperimentStep } from './experiment-spec.js';

const SUFFIX = ' (preflight)';
const MAX_NAME = 200;

export interface ExperimentPreflight {
  /** The trainings whose inputs exist already, each only looked at. */
  preflight: ExperimentSpec;
  skipped: { step: string; reason: string }[];
}

/**
 * The experiment that shows what another one would read and take.
 * @throws DomainError `validation-failed` where the spec is wrong, or none of its steps can be looked at yet
 */
export function preflightOf(spec: ExperimentSpec): ExperimentPreflight {
  const steps: ExperimentStep[] = [];
  const skipped: ExperimentPreflight['skipped'] = [];
  for (const planned of planExperiment(spec)) {
    const looked = lookedAt(planned);
    if (typeof looked === 'string') skipped.push({ step: planned.step.name, reason: looked });
    else steps.push(looked);
  }
  if (steps.length === 0)
    throw invalidField(
      'steps',
      'a training (finetune, swap-encoder) that reads nothing of another step',
      skipped.map(({ step, reason }) => `${step}: ${reason}`).join(' '),
    );
  return { preflight: { ...spec, name: `${spec.name.slice(0, MAX_NAME - SUFFIX.length)}${SUFFIX}`, steps }, skipped };
}

/** The step as a preflight, or why it has none. */
function lookedAt({ step, dependsOn }: PlannedStep): ExperimentStep | string {
  if (step.recipe !== 'finetune' && step.recipe !== 'swap-encoder') return 'It trains nothing.';
  if (dependsOn.length > 0) return `It reads what ${dependsOn.join(' and ')} will make.`;
  const { name, recipe } = step;
  return recipe === 'finetune'
    ? { name, recipe, parameters: { ...step.parameters, preflight: true } }
    : { name, recipe, parameters: { ...step.parameters, preflight: true } };
}
