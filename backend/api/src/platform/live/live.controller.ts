import { Controller, Sse, type MessageEvent } from '@nestjs/common';
import { interval, map, merge, type Observable } from 'rxjs';
import { Operation, SignedIn } from '../http/index.js';
import { LiveHub } from './live.hub.js';

/** Proxies drop silent connections; a ping also lets the browser notice a dead server. */
const PING_MS = 15_000;

@Controller('stream')
export class LiveController {
  constructor(private readonly hub: LiveHub) {}

  @Sse()
  @SignedIn()
  @Operation({
    id: 'streamChanges',
    summary: 'Server-sent events: change {resource, id, type}, refresh (read everything again), ping',
    returns: 'text/event-stream',
  })
  stream(): Observable<MessageEvent> {
    return this.hub.until(
      merge(
        this.hub.changes.pipe(
          map((change) => (change === null ? { type: 'refresh', data: {} } : { type: 'change', data: change })),
        ),
        interval(PING_MS).pipe(map(() => ({ type: 'ping', data: {} }))),
      ),
    );
  }
}
