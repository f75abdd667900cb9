export { EventType, FeedbackRequest, StoredEvent, Unit } from './event.js';
