import { listenUntilCancelled, type RecipeContext } from '@graft/runner';
import { Searcher } from './searcher.js';
import { createSearchServer } from './search-server.js';

/** Answers searches over one snapshot on the task's socket until the run is cancelled; questions that are under way are answered first. */
export async function search(context: RecipeContext<'search'>): Promise<Record<string, unknown>> {
  await using searcher = await Searcher.open(context);
  const server = createSearchServer(searcher);
  return await listenUntilCancelled(context, server, context.task.socket);
}
