import type { Dataset, ModelVersion, Snapshot } from '../api/schemas.js';
import type { ReferenceKind } from './parameterFields.js';
import type { SpecDraft } from './specDraft.js';

export type Workspace = {
  datasets: readonly Dataset[];
  modelVersions: readonly ModelVersion[];
  snapshots: readonly Snapshot[];
};

const produces: Record<string, ReferenceKind> = { finetune: 'bundle', 'swap-encoder': 'bundle', embed: 'snapshot' };

/** Everything a parameter of the step at `index` can refer to: what other steps make, then what the workspace already has. */
export function referenceOptions(kind: ReferenceKind, spec: SpecDraft, index: number, workspace: Workspace): string[] {
  const steps = spec.steps
    .filter((step, at) => at !== index && produces[step.recipe] === kind)
    .map((step) => `step:${step.name}`);
  switch (kind) {
    case 'dataset':
      return workspace.datasets.filter((dataset) => dataset.latestVersion).map((dataset) => `dataset:${dataset.name}`);
    case 'bundle':
      return [
        ...steps,
        ...workspace.modelVersions.flatMap((version) => [
          ...version.aliases.map((alias) => `model:${version.modelName}@${alias}`),
          `model:${version.modelName}@${version.version}`,
        ]),
      ];
    case 'snapshot':
      return [...steps, 'snapshot:latest', ...workspace.snapshots.map((snapshot) => `snapshot:${snapshot.id}`)];
  }
}
