import { Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { endWith, ignoreElements, Subject, takeUntil, type Observable } from 'rxjs';
import { Config } from '../config/env.js';
import { Listener } from '../database/listener.js';
import { Change, LIVE_CHANNEL } from './live.js';

/** What a stream carries: a change, or `null` when changes may have been missed and everything on screen is worth reading again. */
@Injectable()
export class LiveHub implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly subject = new Subject<Change | null>();

  constructor(
    private readonly config: Config,
    private readonly listener: Listener,
  ) {}

  get changes(): Observable<Change | null> {
    return this.subject.asObservable();
  }

  /** Ends a stream when the process shuts down. */
  until<T>(stream: Observable<T>): Observable<T> {
    return stream.pipe(takeUntil(this.subject.pipe(ignoreElements(), endWith(null))));
  }

  async onApplicationBootstrap(): Promise<void> {
    if (this.config.process !== 'api') return;
    await this.listener.listen(LIVE_CHANNEL, (payload) =>
      this.subject.next(payload === '' ? null : Change.parse(JSON.parse(payload))),
    );
  }

  /** Ends every open stream, so that the server can close. */
  beforeApplicationShutdown(): void {
    this.subject.complete();
  }
}
