import type { IncomingMessage, Server } from 'node:http';
import { MAX_QUERY_PICTURE_BYTES, searchPaths, SearchRequest } from '@graft/protocol';
import { BoundedQueue, createJsonServer, readBody, Refusal } from '@graft/runner';
import { Gauges } from './gauges.js';
import type { Searcher } from './searcher.js';

/** The picture in base64, and room for everything else a question may hold. */
const MAX_BODY_BYTES = Math.ceil((MAX_QUERY_PICTURE_BYTES / 3) * 4) + 256 * 1024;
/** Questions wait while another is answered, since inference blocks the process: at 20 ms each, the last of them waits for about a second. */
const MAX_WAITING = 64;
/** Of so many approximate answers one is asked again exactly, after it was sent: the gauge of the index's recall. */
const CHECK_EVERY = 32;

/** `POST /search` and `GET /gauges` over one snapshot. */
export function createSearchServer(searcher: Pick<Searcher, 'search'>): Server {
  const queue = new BoundedQueue(MAX_WAITING);
  const gauges = new Gauges();
  return createJsonServer(async (request) => {
    switch (routeOf(request)) {
      case 'gauges':
        return gauges.read();
      case 'search':
        return await gauges.watchRefusals(async () => {
          const question = parseQuestion(await readBody(request, MAX_BODY_BYTES, 'Send a smaller picture.'));
          const { answer, check } = await queue.run(() => searcher.search(question));
          const searches = gauges.searched(answer.tookMs);
          // It waits in the same line as the questions do, and is given up where the line is full.
          if (answer.approximate && searches % CHECK_EVERY === 1)
            void queue.run(() => Promise.resolve(gauges.checked(check()))).catch(() => undefined);
          return answer;
        });
    }
  });
}

function routeOf({ url, method }: IncomingMessage): 'search' | 'gauges' {
  const path = (url ?? '/').split('?', 1)[0];
  if (path !== searchPaths.search && path !== searchPaths.gauges)
    throw new Refusal(404, `Nothing is served at ${path}. Expected ${searchPaths.search} or ${searchPaths.gauges}.`);
  const route = path === searchPaths.search ? 'search' : 'gauges';
  const expected = route === 'search' ? 'POST' : 'GET';
  if (method !== expected) throw new Refusal(405, `Expected ${expected}, found ${method}.`);
  return route;
}

function parseQuestion(body: string): SearchRequest {
  let json: unknown;
  try {
    json = JSON.parse(body);
  } catch (error) {
    throw new Refusal(400, `The body is not JSON: ${String(error)}`);
  }
  const parsed = SearchRequest.safeParse(json);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0]!;
  const field = issue.path.map(String).join('.');
  throw new Refusal(422, `${field}: ${issue.message}`, { field, expected: issue.message, found: 'another value' });
}
