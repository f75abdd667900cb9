import { type Model, saveModel } from '@graft/engine';
import type { Space } from '@graft/protocol';
import { type LabelVocabulary, type RecipeContext, writeBundleManifest, writeComponent } from '@graft/runner';

export interface SwappedModels {
  readonly projector: Model;
  readonly head: Model;
  readonly labels: LabelVocabulary;
  readonly space: Space;
}

/** Writes `out/bundle`: item_projector with the space whose vectors it reads, head, manifest. No component reads pictures. */
export async function exportBundle(
  context: RecipeContext<'swap-encoder'>,
  { projector, head, labels, space }: SwappedModels,
): Promise<void> {
  const folder = await context.artifactDir('bundle');
  await writeBundleManifest(folder, {
    format: 'graft-bundle',
    formatVersion: 1,
    name: 'swapped-classifier',
    components: {
      item_projector: { ...(await writeComponent(folder, 'item_projector', projector, saveModel)), space },
      head: await writeComponent(folder, 'head', head, saveModel),
    },
    labels: Object.fromEntries(Object.entries(labels).map(([target, names]) => [target, [...names]])),
    metadata: { recipe: 'swap-encoder', runId: context.task.runId, seed: String(context.task.seed) },
  });
}
