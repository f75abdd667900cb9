import { listenUntilCancelled, type RecipeContext } from '@graft/runner';
import { createModelServer } from './http-server.js';
import { ServedModel } from './served-model.js';

/** Serves the bundle on the task's socket until the run is cancelled; requests that are under way are answered first. */
export async function serve(context: RecipeContext<'serve'>): Promise<Record<string, unknown>> {
  const { modelName, modelVersion } = context.input;
  await using model = await ServedModel.open(context);
  const server = createModelServer(model, { name: modelName, version: modelVersion });
  return await listenUntilCancelled(context, server, context.task.socket);
}
