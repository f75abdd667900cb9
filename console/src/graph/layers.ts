export type GraphNode = { id: string; dependsOn: readonly string[] };
export type Placed = { id: string; column: number; row: number };
export type Layout = { placed: Placed[]; columns: number; rows: number; edges: { from: Placed; to: Placed }[] };

/** How a node is reached from what it depends on, without the dependencies that another one of them already implies. */
function directDependencies(node: GraphNode, byId: ReadonlyMap<string, GraphNode>): string[] {
  const present = node.dependsOn.filter((id) => byId.has(id) && id !== node.id);
  const implied = new Set<string>();
  const walk = (id: string): void => {
    for (const before of byId.get(id)?.dependsOn ?? []) {
      if (implied.has(before)) continue;
      implied.add(before);
      walk(before);
    }
  };
  for (const id of present) walk(id);
  const direct = present.filter((id) => !implied.has(id));
  return direct.length > 0 ? direct : present;
}

/**
 * Puts every node one column right of the last it depends on, and a node that depends on nothing just left of the first that needs it.
 * Only direct dependencies become edges. A cycle, which no experiment has, is drawn as far as it is understood.
 */
export function layOut(nodes: readonly GraphNode[]): Layout {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const direct = new Map(nodes.map((node) => [node.id, directDependencies(node, byId)]));
  const columnOf = new Map<string, number>();
  const column = (id: string, path: ReadonlySet<string>): number => {
    const known = columnOf.get(id);
    if (known !== undefined) return known;
    const before = (direct.get(id) ?? []).filter((other) => !path.has(other));
    const result = Math.max(-1, ...before.map((other) => column(other, new Set([...path, other])))) + 1;
    columnOf.set(id, result);
    return result;
  };
  for (const node of nodes) column(node.id, new Set([node.id]));
  for (const node of nodes) {
    if (direct.get(node.id)?.length !== 0) continue;
    const users = nodes
      .filter((other) => direct.get(other.id)?.includes(node.id))
      .map((other) => columnOf.get(other.id) ?? 0);
    if (users.length > 0) columnOf.set(node.id, Math.max(0, Math.min(...users) - 1));
  }

  const rowsUsed: number[] = [];
  const placed = nodes.map((node): Placed => {
    const at = columnOf.get(node.id) ?? 0;
    const row = rowsUsed[at] ?? 0;
    rowsUsed[at] = row + 1;
    return { id: node.id, column: at, row };
  });
  const placeOf = new Map(placed.map((place) => [place.id, place]));
  const edges = placed.flatMap((to) =>
    (direct.get(to.id) ?? []).flatMap((id) => {
      const from = placeOf.get(id);
      return from ? [{ from, to }] : [];
    }),
  );
  return {
    placed,
    edges,
    columns: Math.max(0, ...placed.map((place) => place.column + 1)),
    rows: Math.max(0, ...placed.map((place) => place.row + 1)),
  };
}
