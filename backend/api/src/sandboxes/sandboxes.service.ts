import { Injectable } from '@nestjs/common';
import type { Page } from '../kernel/index.js';
import { JobQueue } from '../platform/queue/index.js';
import type { IsolationReportRecord } from './isolation-report.entity.js';
import type { SandboxRecord } from './sandbox.entity.js';
import { ProbeIsolation } from './sandboxes.jobs.js';
import { SandboxesRepository, type SandboxesFilter } from './sandboxes.repository.js';

@Injectable()
export class SandboxesService {
  constructor(
    private readonly sandboxes: SandboxesRepository,
    private readonly queue: JobQueue,
  ) {}

  list(filter: SandboxesFilter, page: Parameters<SandboxesRepository['list']>[1]): Promise<Page<SandboxRecord>> {
    return this.sandboxes.list(filter, page);
  }

  isolation(): Promise<IsolationReportRecord[]> {
    return this.sandboxes.latestReports();
  }

  async requestProbe(): Promise<void> {
    await this.queue.enqueue(ProbeIsolation, {}, { jobId: 'probe' });
  }
}
