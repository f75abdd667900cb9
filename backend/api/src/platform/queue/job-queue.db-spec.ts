import { useDatabase } from '../../testing/database.js';
import { BullQueue, postgresBackend } from './bull.queue.js';
import { InProcessQueue } from './in-process.queue.js';
import { describeJobQueue } from '../../testing/job-queue-conformance.js';

const database = useDatabase();

describeJobQueue('PostgreSQL', (handlers) => {
  const queue = new BullQueue(postgresBackend(database.url, handlers.all().length), handlers);
  return { queue, start: () => queue.startWorkers(), close: () => queue.close() };
});

describeJobQueue('this process', (handlers) => {
  const queue = new InProcessQueue(handlers);
  return { queue, start: () => undefined, close: () => queue.close() };
});
