import { SearchAnswer, SearchGauges, searchPaths, SearchRefusal, type SearchRequest } from '@graft/protocol';
import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { DomainError, notFound } from '../kernel/index.js';
import {
  ServerConnections,
  ServerTimedOut,
  type ServerAnswer,
  type ServerMessage,
} from '../platform/unix-http/server-connections.js';
import { SearchIndexesRepository, type VersionState } from './search-indexes.repository.js';

const SEARCH_TIMEOUT_MS = 30_000;
const GAUGES_TIMEOUT_MS = 1_000;
/** The version that answers may be switched, or its sandbox come back, between reading where it is and asking it. */
const ATTEMPTS = 2;

export interface Searched {
  readonly version: VersionState;
  readonly answer: SearchAnswer;
}

/** Hands questions to the sandbox that answers for an index. Nothing is computed here. */
@Injectable()
export class SearchesService implements OnApplicationShutdown {
  private readonly connections = new ServerConnections();
  private known: ReadonlySet<string> = new Set();

  constructor(private readonly indexes: SearchIndexesRepository) {}

  /**
   * The whole answer comes from the version that was current when the question came.
   * @throws DomainError `search-refused` naming the field, `search-busy`, `search-unavailable`, `search-failed`
   */
  async search(indexId: string, request: SearchRequest): Promise<Searched> {
    const message = { method: 'POST', path: searchPaths.search, body: JSON.stringify(request) } as const;
    for (let attempt = 1; ; attempt += 1) {
      const version = await this.answering(indexId);
      try {
        return { version, answer: answerOf(version, await this.send(version.socketPath, message, SEARCH_TIMEOUT_MS)) };
      } catch (error) {
        if (error instanceof DomainError) throw error;
        if (error instanceof ServerTimedOut)
          throw new DomainError(
            'search-failed',
            `The search took longer than ${SEARCH_TIMEOUT_MS} ms and was given up.`,
          );
        // The connection broke: a search changes nothing, so it can be asked again, of whoever answers now.
        if (attempt === ATTEMPTS) throw unavailable('Its server cannot be reached.');
      }
    }
  }

  /** Null where the server is not there or says nothing. */
  async gauges(socketPath: string | null): Promise<SearchGauges | null> {
    if (socketPath === null) return null;
    try {
      const { body } = await this.send(socketPath, { method: 'GET', path: searchPaths.gauges }, GAUGES_TIMEOUT_MS);
      return SearchGauges.parse(JSON.parse(body.toString('utf8')));
    } catch {
      return null;
    }
  }

  onApplicationShutdown(): void {
    this.connections.keepOnly(new Set());
  }

  private async answering(indexId: string): Promise<VersionState & { socketPath: string }> {
    const version = await this.indexes.current(indexId);
    if (version !== null && version.socketPath !== null) return { ...version, socketPath: version.socketPath };
    if (version === null && (await this.indexes.find(indexId)) === null) throw notFound('search index', indexId);
    throw unavailable(version === null ? 'Its first version is not ready yet.' : 'Its server is starting again.');
  }

  private async send(socketPath: string, message: ServerMessage, timeoutMs: number): Promise<ServerAnswer> {
    if (!this.known.has(socketPath)) {
      this.known = await this.indexes.sockets();
      this.connections.keepOnly(this.known);
    }
    return await this.connections.send(socketPath, message, timeoutMs);
  }
}

/** What comes out of a sandbox is checked like what comes from outside. */
function answerOf(version: VersionState, { status, body }: ServerAnswer): SearchAnswer {
  const json = parseJson(body);
  if (status === 200) {
    const answer = SearchAnswer.safeParse(json);
    if (answer.success && answer.data.snapshotId === version.snapshotId && answer.data.spaceId === version.spaceId)
      return answer.data;
  }
  const refusal = SearchRefusal.safeParse(json);
  if (status === 429) throw new DomainError('search-busy', 'Too many searches are waiting. Try again in a second.');
  if (status < 500 && refusal.success) {
    const { error: message, ...at } = refusal.data;
    throw new DomainError('search-refused', message, at.field === '' ? [] : [{ ...at, message }]);
  }
  throw new DomainError('search-failed', 'The search server gave no usable answer. Its sandbox log says why.');
}

function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return undefined;
  }
}

function unavailable(why: string): DomainError {
  return new DomainError(
    'search-unavailable',
    `This index does not answer at the moment. ${why} Try again in a second.`,
  );
}
