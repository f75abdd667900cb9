export { OutboxDelivery } from './outbox.delivery.js';
export { OutboxModule } from './outbox.module.js';
export { defineEvent, EventHandlers, Outbox, type EventHandler, type EventType } from './outbox.js';
