export type GraphNode = { id: string; dependsOn: readonly string[] };
export type Placed = { id: string; column: number; row: number };
export type Layout = { placed: Placed[]; columns: number; rows: number; edges: { from: Placed; to: Placed }[] };

/** Puts every node one column right of the last it depends on. What a cycle or a missing node leaves over stands in column 0. */
export function layOut(nodes: readonly GraphNode[]): Layout {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const columnOf = new Map<string, number>();
  const column = (node: GraphNode, path: ReadonlySet<string>): number => {
    const known = columnOf.get(node.id);
    if (known !== undefined) return known;
    const before = node.dependsOn.flatMap((id) => {
      const dependency = byId.get(id);
      return dependency && !path.has(id) ? [column(dependency, new Set([...path, id]))] : [];
    });
    const result = before.length === 0 ? 0 : Math.max(...before) + 1;
    columnOf.set(node.id, result);
    return result;
  };

  const rowsUsed: number[] = [];
  const placed = nodes.map((node): Placed => {
    const at = column(node, new Set([node.id]));
    const row = rowsUsed[at] ?? 0;
    rowsUsed[at] = row + 1;
    return { id: node.id, column: at, row };
  });
  const placeOf = new Map(placed.map((place) => [place.id, place]));
  const edges = nodes.flatMap((node) =>
    node.dependsOn.flatMap((id) => {
      const [from, to] = [placeOf.get(id), placeOf.get(node.id)];
      return from && to ? [{ from, to }] : [];
    }),
  );
  return {
    placed,
    edges,
    columns: Math.max(0, ...placed.map((place) => place.column + 1)),
    rows: Math.max(0, ...placed.map((place) => place.row + 1)),
  };
}
