import { mkdir, realpath, rm } from 'node:fs/promises';
import path from 'node:path';
import type { Command, Event, Failure } from '@graft/protocol';
import { Injectable, Logger } from '@nestjs/common';
import { ArtifactsService } from '../artifacts/index.js';
import { DomainError, newId } from '../kernel/index.js';
import { Config } from '../platform/config/env.js';
import { untilDatabaseAnswers } from '../platform/database/index.js';
import { ControlReader } from './control-reader.js';
import type { Sandbox, SandboxMount, SandboxUsage } from './sandbox-driver.js';
import { failureOf } from './sandbox-failure.js';
import { SandboxHost } from './sandbox-host.js';
import { isServer, taskOf, type CollectedArtifact, type SandboxJob, type SandboxOutcome } from './sandbox-job.js';
import { SandboxesRepository } from './sandboxes.repository.js';
import { workerIdentity } from './worker-identity.js';

const CANCEL_GRACE_MS = 5_000;
const TERMINATE_GRACE_MS = 2_000;
/** After it said how it ended, a runner may take this long to go. */
const GOODBYE_MS = 10_000;
const MAX_ARTIFACTS = 16;
const ARTIFACT_LIMITS = { maxFiles: 10_000, maxBytes: 64 * 1024 ** 3 };

export interface RunningJob {
  readonly sandboxId: string;
  readonly outcome: Promise<SandboxOutcome>;
  /** Folder on the host that the sandbox sees as `/serve`; null where nothing is served. */
  readonly serveFolder: string | null;
  usage(): SandboxUsage;
  /** Asks, then insists, then ends the whole tree. */
  cancel(reason: string): void;
  /** Ends the whole tree now. */
  kill(): void;
}

/** What the worker hears while a job runs. An exception thrown by it ends the sandbox as a protocol violation would. */
export type EventListener = (event: Event) => void;

/** The one way by which anything runs in a sandbox: mounts inputs, speaks the protocol, enforces it, collects what was made. */
@Injectable()
export class SandboxRunner {
  private readonly logger = new Logger(SandboxRunner.name);

  constructor(
    private readonly host: SandboxHost,
    private readonly sandboxes: SandboxesRepository,
    private readonly artifacts: ArtifactsService,
    private readonly config: Config,
  ) {}

  async start(job: SandboxJob, listen: EventListener): Promise<RunningJob> {
    const driver = await this.host.driver();
    const id = newId();
    const folder = path.join(this.config.home, 'sandboxes', id);
    const workspace = job.workspace ?? path.join(folder, 'workspace');
    const serveFolder = isServer(job.work) ? path.join(folder, 'serve') : null;
    const { slot } = await this.sandboxes.insert({
      id,
      purpose: job.purpose,
      subjectId: job.subjectId,
      attempt: job.attempt,
      recipe: job.work.kind,
      driver: driver.name,
      host: workerIdentity.host,
      workerId: workerIdentity.id,
      isolationLevel: this.host.level,
      limits: job.limits,
    });
    try {
      const mounts = await this.mountInputs(job, path.join(folder, 'inputs'));
      if (serveFolder !== null) mounts.push({ source: serveFolder, target: '/serve', writable: true });
      const command = ['/app/bin/node', '--no-js-float16array', `/app/sandboxes/${job.work.kind}/dist/main.js`];
      // What an attempt before announced may be half of something else by now: only this attempt's output counts.
      await rm(path.join(workspace, 'out'), { recursive: true, force: true });
      await mkdir(path.join(workspace, 'out'), { recursive: true });
      await mkdir(path.join(workspace, 'checkpoint'), { recursive: true });
      const sandbox = await driver.start({ id, slot, command, workspace, mounts, limits: job.limits });
      const conversation = new Conversation(sandbox, job, listen, this.logger);
      const outcome = this.conclude(job, { sandbox, workspace, conversation }).finally(() =>
        rm(folder, { recursive: true, force: true }),
      );
      // A failure to store a figure about the sandbox must not end it.
      this.sandboxes
        .setPid(id, sandbox.pid)
        .catch((error: unknown) => this.logger.warn({ err: error }, 'The process id of a sandbox was not stored'));
      return {
        sandboxId: id,
        outcome,
        serveFolder,
        usage: () => sandbox.usage(),
        cancel: (reason) => conversation.cancel(reason),
        kill: () => sandbox.kill('killed'),
      };
    } catch (error) {
      await rm(folder, { recursive: true, force: true });
      await this.sandboxes.end(id, {
        reason: 'start-failed',
        exitCode: null,
        usage: { cpuSeconds: 0, peakMemoryBytes: 0 },
      });
      throw error;
    }
  }

  private async mountInputs(job: SandboxJob, folder: string): Promise<SandboxMount[]> {
    const mounts: SandboxMount[] = [];
    for (const input of job.inputs) {
      const target = `/inputs/${input.mount}`;
      if ('folder' in input) mounts.push({ source: input.folder, target, writable: false });
      else {
        const source = path.join(folder, input.mount);
        await mkdir(source, { recursive: true });
        await this.artifacts.materialise(input.tree, source);
        mounts.push({ source, target, writable: false });
      }
    }
    return mounts;
  }

  private async conclude(job: SandboxJob, { sandbox, workspace, conversation }: Started): Promise<SandboxOutcome> {
    const end = await sandbox.ended;
    await conversation.over();
    await untilDatabaseAnswers(() => this.sandboxes.end(sandbox.id, end));
    const common = { sandboxId: sandbox.id, usage: end.usage };
    const { succeeded, failed } = conversation;
    if (end.reason !== 'completed' || (succeeded === null && failed === null))
      return { ...common, state: 'failed', artifacts: [], ...failureOf(end, job.limits) };
    try {
      const artifacts = await untilDatabaseAnswers(() => this.collect(job, workspace, conversation.announced));
      if (failed !== null) return { ...common, state: 'failed', failure: failed, crashed: false, artifacts };
      return { ...common, state: 'succeeded', result: succeeded ?? {}, artifacts };
    } catch (error) {
      if (!(error instanceof DomainError)) throw error;
      const failure: Failure = { code: 'artifact-refused', message: error.message.slice(0, 2000), retryable: false };
      return { ...common, state: 'failed', crashed: false, artifacts: [], failure };
    }
  }

  /** Nothing runs any more, so names cannot change under us; `out` and what is above the announced folders must still be no links. */
  private async collect(
    job: SandboxJob,
    workspace: string,
    announced: readonly AnnouncedArtifact[],
  ): Promise<CollectedArtifact[]> {
    const tier = await this.artifacts.tierOf(job.inputs.flatMap((input) => ('tree' in input ? [input.tree] : [])));
    const root = await realpath(workspace);
    const collected: CollectedArtifact[] = [];
    for (const { name, kind, path: relative } of announced) {
      const folder = path.join(root, 'out', relative);
      if ((await realpath(folder).catch(() => null)) !== folder) {
        throw new DomainError(
          'artifact-refused',
          `The artifact ${name} was announced at out/${relative}, which is not a folder there.`,
        );
      }
      collected.push({ name, kind, ...(await this.artifacts.putTree(folder, tier, ARTIFACT_LIMITS)) });
    }
    return collected;
  }
}

interface Started {
  sandbox: Sandbox;
  workspace: string;
  conversation: Conversation;
}

type AnnouncedArtifact = Pick<Extract<Event, { type: 'artifact' }>, 'name' | 'kind' | 'path'>;

/** The protocol as the worker speaks it with one sandbox. */
class Conversation {
  succeeded: Record<string, unknown> | null = null;
  failed: Failure | null = null;
  readonly announced: AnnouncedArtifact[] = [];
  private readonly reader: ControlReader;
  private readonly timers: NodeJS.Timeout[] = [];

  constructor(
    private readonly sandbox: Sandbox,
    job: SandboxJob,
    private readonly listen: EventListener,
    logger: Logger,
  ) {
    this.reader = new ControlReader(sandbox.channel, {
      runId: job.subjectId,
      attempt: job.attempt,
      onEvent: (event) => this.hear(event),
      onViolation: (reason, isFatal) => {
        if (!isFatal) return;
        logger.warn({ sandboxId: sandbox.id, reason }, 'A sandbox broke the protocol and is ended');
        sandbox.kill('protocol');
      },
    });
    this.say({ type: 'task', task: taskOf(job, sandbox.view) });
  }

  cancel(reason: string): void {
    this.say({ type: 'cancel', reason });
    this.later(CANCEL_GRACE_MS, () => this.sandbox.terminate());
    this.later(CANCEL_GRACE_MS + TERMINATE_GRACE_MS, () => this.sandbox.kill('killed'));
  }

  /** The sandbox has ended: reads what it still had sent. */
  async over(): Promise<void> {
    for (const timer of this.timers) clearTimeout(timer);
    await this.reader.drain();
  }

  private hear(event: Event): void {
    if (this.succeeded !== null || this.failed !== null) return;
    if (event.type === 'artifact') {
      this.announced.push({ name: event.name, kind: event.kind, path: event.path });
      if (this.announced.length > MAX_ARTIFACTS) this.sandbox.kill('protocol');
    }
    if (event.type === 'succeeded') this.succeeded = event.result;
    if (event.type === 'failed') this.failed = event.failure;
    if (event.type === 'succeeded' || event.type === 'failed')
      this.later(GOODBYE_MS, () => this.sandbox.kill('failed'));
    this.listen(event);
  }

  private say(command: Command): void {
    if (this.sandbox.channel.writable) this.sandbox.channel.write(`${JSON.stringify(command)}\n`);
  }

  private later(ms: number, act: () => void): void {
    this.timers.push(setTimeout(act, ms));
  }
}
