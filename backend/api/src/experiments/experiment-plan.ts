import { invalidField } from '../kernel/index.js';
import { isPreflight, outputOf, type ExperimentSpec, type ExperimentStep } from './experiment-spec.js';
import { parseReference, type Reference } from './reference.js';
import { inputsOf, type StepInput } from './step-inputs.js';

export interface PlannedInput extends StepInput {
  target: Reference;
}

export interface PlannedStep {
  step: ExperimentStep;
  /** Where it stands in the list of the spec. */
  index: number;
  inputs: PlannedInput[];
  dependsOn: string[];
}

/**
 * Checks what can be checked without a database and puts the steps into an order in which each comes after those it needs.
 * @throws DomainError `validation-failed` naming the field
 */
export function planExperiment(spec: ExperimentSpec): PlannedStep[] {
  const steps = new Map<string, ExperimentStep>();
  spec.steps.forEach((step, index) => {
    if (steps.has(step.name)) throw invalidField(`steps[${index}].name`, 'a name that no other step has', step.name);
    steps.set(step.name, step);
    checkStep(step, index);
  });
  const planned = spec.steps.map((step, index): PlannedStep => {
    const inputs = inputsOf(step).map((input): PlannedInput => ({
      ...input,
      target: checkReference(input, `steps[${index}]`, steps),
    }));
    const dependsOn = [...new Set(inputs.flatMap(({ target }) => (target.kind === 'step' ? [target.step] : [])))];
    return { step, index, inputs, dependsOn };
  });
  return inOrder(planned);
}

function checkStep(step: ExperimentStep, index: number): void {
  const field = `steps[${index}]`;
  if (step.register !== undefined && isPreflight(step)) {
    throw invalidField(`${field}.register`, 'nothing for a preflight, which makes no bundle', step.register.model);
  }
  if (step.register !== undefined && outputOf(step) !== 'bundle') {
    throw invalidField(`${field}.register`, 'a step whose recipe makes a bundle (finetune, swap-encoder)', step.recipe);
  }
  if (step.recipe === 'finetune' && (step.parameters.base === null) === (step.parameters.architecture === null)) {
    throw invalidField(
      `${field}.parameters.base`,
      'either base or architecture',
      step.parameters.base === null ? 'neither' : 'both',
    );
  }
  if (step.recipe === 'evaluate') {
    const { candidates, targets, retrieval } = step.parameters;
    if (candidates.length === 0 && retrieval === null)
      throw invalidField(`${field}.parameters.candidates`, 'candidates to compare, or "retrieval"', 'neither');
    if (candidates.length > 0 && targets.length === 0)
      throw invalidField(`${field}.parameters.targets`, 'attributes to compare the candidates on', 'none');
    candidates.forEach((candidate, at) => {
      if ((candidate.role === 'swapped') === (candidate.snapshot !== null)) return;
      const expected =
        candidate.role === 'swapped'
          ? 'the snapshot a swapped candidate reads'
          : `nothing for a ${candidate.role} candidate`;
      throw invalidField(`${field}.parameters.candidates[${at}].snapshot`, expected, String(candidate.snapshot));
    });
  }
}

function checkReference(input: StepInput, step: string, steps: ReadonlyMap<string, ExperimentStep>): Reference {
  const field = `${step}.${input.field}`;
  const target = parseReference(input.reference);
  const found = JSON.stringify(input.reference);
  if (target === null) throw invalidField(field, 'a reference', found);
  const kind = kindOf(target, steps);
  if (kind === null) throw invalidField(field, `one of the steps ${[...steps.keys()].join(', ')}`, found);
  if (kind !== input.accepts) throw invalidField(field, `a ${input.accepts}`, `${found}, a ${kind}`);
  return target;
}

function kindOf(target: Reference, steps: ReadonlyMap<string, ExperimentStep>): string | null {
  switch (target.kind) {
    case 'dataset':
    case 'snapshot':
      return target.kind;
    case 'model':
    case 'space':
      return 'bundle';
    case 'step': {
      const step = steps.get(target.step);
      return step === undefined ? null : outputOf(step);
    }
  }
}

function inOrder(steps: readonly PlannedStep[]): PlannedStep[] {
  const ordered: PlannedStep[] = [];
  const done = new Set<string>();
  while (ordered.length < steps.length) {
    const ready = steps.filter(
      ({ step, dependsOn }) => !done.has(step.name) && dependsOn.every((name) => done.has(name)),
    );
    if (ready.length === 0) {
      const [stuck] = steps.filter(({ step }) => !done.has(step.name));
      throw invalidField(
        `steps[${stuck?.index ?? 0}]`,
        'steps that do not wait for each other in a circle',
        stuck?.step.name ?? '',
      );
    }
    for (const step of ready) done.add(step.step.name);
    ordered.push(...ready);
  }
  return ordered;
}
