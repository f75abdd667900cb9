import { GraphBuilder } from '../graph/builder.js';
import type { Loss } from '../losses/loss.js';
import { openSession } from '../runtime/session.js';

/** The value of a loss over constants. */
export async function valueOf(build: (graph: GraphBuilder) => Loss): Promise<number> {
  const graph = new GraphBuilder();
  await using session = await openSession(graph.toModel({ loss: build(graph).value }), { threads: 1 });
  const { loss } = await session.run({}, ['loss']);
  return Number(loss.data[0]);
}
