import type { ExperimentStep } from './experiment-spec.js';

export type InputKind = 'dataset' | 'bundle' | 'snapshot';

/** One mount field of a step that names something. */
export interface StepInput {
  /** As an error message names it, below the step: `parameters.candidates[0].bundle`. */
  field: string;
  /** Path below `parameters`. */
  path: readonly (string | number)[];
  /** Folder below the task's inputs root; unique within the step. */
  mount: string;
  accepts: InputKind;
  reference: string;
}

/** Every reference a step holds, in a fixed order. */
export function inputsOf(step: ExperimentStep): StepInput[] {
  switch (step.recipe) {
    case 'finetune':
      return named([
        [['dataset'], 'dataset', step.parameters.dataset],
        [['base'], 'bundle', step.parameters.base],
      ]);
    case 'embed':
      return named([
        [['dataset'], 'dataset', step.parameters.dataset],
        [['encoder'], 'bundle', step.parameters.encoder],
        [['previous'], 'snapshot', step.parameters.previous],
      ]);
    case 'swap-encoder':
      return named([
        [['dataset'], 'dataset', step.parameters.dataset],
        [['base'], 'bundle', step.parameters.base],
        [['snapshot'], 'snapshot', step.parameters.snapshot],
      ]);
    case 'inspect-space':
      return named([
        [['dataset'], 'dataset', step.parameters.dataset],
        [['snapshot'], 'snapshot', step.parameters.snapshot],
        [['against'], 'snapshot', step.parameters.against],
      ]);
    case 'evaluate':
      return named([
        [['dataset'], 'dataset', step.parameters.dataset],
        ...step.parameters.candidates.flatMap((candidate, index): Field[] => [
          [['candidates', index, 'bundle'], 'bundle', candidate.bundle],
          [['candidates', index, 'snapshot'], 'snapshot', candidate.snapshot],
        ]),
        [['retrieval', 'encoder'], 'bundle', step.parameters.retrieval?.encoder ?? null],
        [['retrieval', 'snapshot'], 'snapshot', step.parameters.retrieval?.snapshot ?? null],
      ]);
  }
}

type Field = [path: (string | number)[], accepts: InputKind, reference: string | null];

function named(fields: Field[]): StepInput[] {
  return fields.flatMap(([path, accepts, reference]) =>
    reference === null
      ? []
      : [
          {
            field: `parameters${path.map((part) => (typeof part === 'number' ? `[${part}]` : `.${part}`)).join('')}`,
            path,
            mount: path.join('-'),
            accepts,
            reference,
          },
        ],
  );
}

/** The step's parameters as the runner takes them: each reference replaced by its mount, or by null where it resolved to nothing. */
export function withMounts(
  parameters: object,
  inputs: readonly Pick<StepInput, 'path' | 'mount'>[],
  mounted: ReadonlySet<string>,
): object {
  const copy = structuredClone(parameters);
  for (const { path, mount } of inputs) {
    const [last, ...above] = [...path].reverse();
    let holder = copy as Record<string | number, unknown>;
    for (const part of above.reverse()) holder = holder[part] as Record<string | number, unknown>;
    if (last !== undefined) holder[last] = mounted.has(mount) ? mount : null;
  }
  return copy;
}
