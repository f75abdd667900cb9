import createClient, { type Client, type Middleware } from 'openapi-fetch';
import type { paths } from './schema.gen.js';

export type GraftClient = Client<paths>;

export interface GraftClientOptions {
  /** Address of the server without `/api`: http://127.0.0.1:3000. Empty in a browser that was served by it. */
  readonly baseUrl: string;
  /** An API token. Without one the browser's session cookie is used. */
  readonly token?: string;
  /** Another `fetch`, for tests. */
  readonly fetch?: (request: Request) => Promise<Response>;
}

/** A client of the whole API, typed by its OpenAPI document: `client.POST('/api/rollouts', { body })`. */
export function createGraftClient({ baseUrl, token, fetch }: GraftClientOptions): GraftClient {
  const client = createClient<paths>({
    baseUrl,
    credentials: 'same-origin',
    ...(fetch === undefined ? {} : { fetch }),
  });
  client.use(credentials(token));
  return client;
}

/** A token, or the header that proves that a change made with a cookie comes from a page of ours. */
function credentials(token: string | undefined): Middleware {
  return {
    onRequest({ request }) {
      if (token === undefined) request.headers.set('x-graft-csrf', '1');
      else request.headers.set('authorization', `Bearer ${token}`);
      return request;
    },
  };
}
