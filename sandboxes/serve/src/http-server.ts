import type { IncomingMessage, Server } from 'node:http';
import { BoundedQueue, createJsonServer, readBody, Refusal } from '@graft/runner';
import { parseInferenceRequest } from './inference-protocol.js';
import type { ServedModel } from './served-model.js';

const MAX_BODY_BYTES = 64 * 1024 * 1024;
const ADVICE = 'Send fewer images, or item_ids.';
const MAX_WAITING = 64;

export interface ServedName {
  readonly name: string;
  readonly version: string;
}

/** The Open Inference Protocol v2 over one model. Inference blocks the process, so requests are answered one after the other. */
export function createModelServer(model: ServedModel, served: ServedName): Server {
  const queue = new BoundedQueue(MAX_WAITING);
  return createJsonServer((request) => answer(request, { model, served, queue }));
}

interface Serving {
  readonly model: ServedModel;
  readonly served: ServedName;
  readonly queue: BoundedQueue;
}

async function answer(request: IncomingMessage, { model, served, queue }: Serving): Promise<object> {
  const route = matchRoute(request.url ?? '/', served);
  const method = route === 'infer' ? 'POST' : 'GET';
  if (request.method !== method) throw new Refusal(405, `Expected ${method}, found ${request.method}.`);
  switch (route) {
    case 'server':
      return { name: 'graft', version: '1', extensions: [] };
    case 'live':
      return { live: true };
    case 'ready':
      return { ready: true };
    case 'model':
      return { name: served.name, versions: [served.version], platform: 'onnxruntime', ...model.ports() };
    case 'infer': {
      const inference = parseInferenceRequest(await readBody(request, MAX_BODY_BYTES, ADVICE));
      const { outputs, parameters } = await queue.run(() => model.infer(inference));
      const id = inference.id === undefined ? {} : { id: inference.id };
      return {
        model_name: served.name,
        model_version: served.version,
        ...id,
        parameters,
        outputs,
      };
    }
  }
}

type Route = 'server' | 'live' | 'ready' | 'model' | 'infer';

function matchRoute(url: string, { name, version }: ServedName): Route {
  const path = url.split('?', 1)[0]!.replace(/\/$/, '');
  const fixed: Record<string, Route> = { '/v2': 'server', '/v2/health/live': 'live', '/v2/health/ready': 'ready' };
  if (Object.hasOwn(fixed, path)) return fixed[path]!;
  for (const model of [`/v2/models/${name}`, `/v2/models/${name}/versions/${version}`]) {
    if (path === model) return 'model';
    if (path === `${model}/ready`) return 'ready';
    if (path === `${model}/infer`) return 'infer';
  }
  throw new Refusal(404, `Nothing is served at ${path}. This process serves /v2/models/${name}.`);
}
