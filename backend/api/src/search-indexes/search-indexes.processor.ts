import { Injectable, type OnModuleInit } from '@nestjs/common';
import { EventHandlers } from '../platform/outbox/index.js';
import { SnapshotPublished } from '../spaces/index.js';
import { SearchIndexesService } from './search-indexes.service.js';

@Injectable()
export class SearchIndexesProcessor implements OnModuleInit {
  constructor(
    private readonly events: EventHandlers,
    private readonly indexes: SearchIndexesService,
  ) {}

  onModuleInit(): void {
    this.events.on(SnapshotPublished, (published) => this.indexes.follow(published));
  }
}
