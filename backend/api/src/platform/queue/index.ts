export { InProcessQueue } from './in-process.queue.js';
export { defineJob, JobHandlers, JobQueue, type EnqueueOptions, type Job, type JobHandler } from './job.js';
export { QueueModule } from './queue.module.js';
export { Schedules } from './schedules.js';
