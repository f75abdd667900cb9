import type { Graph } from '../graph/graph.js';
import { readsOf } from '../model/walk.js';

/** Takes out nodes that nothing reads, directly or through others; `kept` are the names that are read from outside. */
export function prune(graph: Graph, kept: ReadonlySet<string>): void {
  const read = new Set(kept);
  const living = [...graph.nodes].reverse().filter((node) => {
    const lives = node.output.some((name) => read.has(name));
    if (lives) for (const name of readsOf(node)) read.add(name);
    return lives;
  });
  graph.nodes.splice(0, graph.nodes.length, ...living.reverse());
}
