import { Injectable, Logger } from '@nestjs/common';
import { JobQueue } from '../platform/queue/index.js';
import { ExecuteRun } from './experiments.jobs.js';

/** Tells workers that runs are queued. Losing it costs a few seconds: their sweep looks too. */
@Injectable()
export class RunDoorbell {
  private readonly logger = new Logger(RunDoorbell.name);

  constructor(private readonly queue: JobQueue) {}

  async ring(runIds: readonly string[]): Promise<void> {
    for (const runId of runIds) {
      try {
        await this.queue.enqueue(ExecuteRun, { runId }, { jobId: runId });
      } catch (error) {
        this.logger.warn({ err: error }, 'The queue did not take a job; the sweep finds its run');
      }
    }
  }
}
