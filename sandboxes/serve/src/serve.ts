import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import type { RecipeContext } from '@graft/runner';
import { createModelServer } from './http-server.js';
import { ServedModel } from './served-model.js';

/** Serves the bundle on the task's socket until the run is cancelled; requests that are under way are answered first. */
export async function serve(context: RecipeContext<'serve'>): Promise<Record<string, unknown>> {
  const { modelName, modelVersion } = context.input;
  const { socket } = context.task;
  await using model = await ServedModel.open(context);
  const server = createModelServer(model, { name: modelName, version: modelVersion });
  // A socket file that a killed attempt left behind would keep this one from listening.
  await rm(socket, { force: true });
  server.listen(socket);
  await once(server, 'listening');
  context.ready();
  context.log('info', `Model ${modelName} version ${modelVersion} answers on ${socket}.`);
  if (!context.signal.aborted) await once(context.signal, 'abort');
  await new Promise<void>((resolve) => {
    server.close(() => resolve());
    server.closeIdleConnections();
  });
  throw context.cancellation();
}
