import { Global, Module } from '@nestjs/common';
import { DatabaseModule } from '../database/database.module.js';
import { OutboxEvent } from './outbox-event.entity.js';
import { OutboxDelivery } from './outbox.delivery.js';
import { EventHandlers, Outbox } from './outbox.js';

@Global()
@Module({
  imports: [DatabaseModule.forFeature([OutboxEvent])],
  providers: [Outbox, EventHandlers, OutboxDelivery],
  exports: [Outbox, EventHandlers, OutboxDelivery],
})
export class OutboxModule {}
