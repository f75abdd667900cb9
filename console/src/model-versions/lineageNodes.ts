import type { ModelVersion } from '../api/schemas.js';
import { shortHash } from '../ui/format.js';

type LineageNode = { id: string; dependsOn: string[]; title: string; subtitle: string; to?: string };

/** What a version was made from, as a graph: data, vectors and base go into the run, the version comes out. */
export function lineageNodes(version: ModelVersion, names: { dataset?: string; base?: string } = {}): LineageNode[] {
  const { lineage } = version;
  const nodes: LineageNode[] = [];
  if (lineage.datasetVersionId)
    nodes.push({ id: 'dataset', dependsOn: [], title: names.dataset ?? 'Dataset version', subtitle: 'dataset' });
  if (lineage.spaceId)
    nodes.push({ id: 'space', dependsOn: [], title: shortHash(lineage.spaceId), subtitle: 'embedding space' });
  if (lineage.snapshotId)
    nodes.push({
      id: 'snapshot',
      dependsOn: ['dataset', 'space'],
      title: shortHash(lineage.snapshotId),
      subtitle: 'snapshot of vectors',
    });
  if (lineage.baseVersionId)
    nodes.push({
      id: 'base',
      dependsOn: [],
      title: names.base ?? 'Base version',
      subtitle: 'base',
      to: `/model-versions/${lineage.baseVersionId}/show`,
    });
  else if (lineage.baseTree)
    nodes.push({ id: 'base', dependsOn: [], title: shortHash(lineage.baseTree), subtitle: 'base bundle' });
  nodes.push({
    id: 'run',
    dependsOn: [...(lineage.snapshotId ? ['snapshot'] : ['dataset']), 'base'],
    title: `${lineage.recipe} run`,
    subtitle: `seed ${lineage.seed}, code ${shortHash(lineage.codeRevision)}`,
    to: `/runs/${lineage.runId}/show`,
  });
  nodes.push({
    id: 'version',
    dependsOn: ['run'],
    title: `${version.modelName} v${version.version}`,
    subtitle: shortHash(version.treeHash),
  });
  return nodes;
}
