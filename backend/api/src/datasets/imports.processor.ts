import { Injectable, type OnModuleInit } from '@nestjs/common';
import { EventHandlers } from '../platform/outbox/index.js';
import { Schedules } from '../platform/queue/index.js';
import { ImportEnded, ImportQueued } from './datasets.events.js';
import { ImportUploadsService } from './import-uploads.service.js';
import { ImportsService } from './imports.service.js';

const SWEEP_EVERY_MS = 15_000;

@Injectable()
export class ImportsProcessor implements OnModuleInit {
  constructor(
    private readonly events: EventHandlers,
    private readonly schedules: Schedules,
    private readonly imports: ImportsService,
    private readonly uploads: ImportUploadsService,
  ) {}

  onModuleInit(): void {
    this.events.on(ImportQueued, ({ importId }) => this.imports.startRun(importId));
    this.events.on(ImportEnded, ({ importId }) => this.uploads.discard(importId));
    this.schedules.every({ name: 'imports.lost-uploads', everyMs: SWEEP_EVERY_MS }, () => this.uploads.failLost());
    this.schedules.every({ name: 'imports.silent-runs', everyMs: SWEEP_EVERY_MS }, () =>
      this.imports.askAfterSilentRuns(),
    );
  }
}
