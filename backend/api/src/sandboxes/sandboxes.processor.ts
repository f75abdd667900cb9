import { Injectable, type OnModuleInit } from '@nestjs/common';
import { JobHandlers } from '../platform/queue/index.js';
import { SandboxHost } from './sandbox-host.js';
import { ProbeIsolation } from './sandboxes.jobs.js';

@Injectable()
export class SandboxesProcessor implements OnModuleInit {
  constructor(
    private readonly handlers: JobHandlers,
    private readonly host: SandboxHost,
  ) {}

  onModuleInit(): void {
    this.handlers.register(ProbeIsolation, async () => {
      await this.host.probe();
    });
  }
}
