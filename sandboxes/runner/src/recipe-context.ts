import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { ArtifactKind, Event, EventBody, TaskKind, TaskOf } from '@graft/protocol';
import { Cancelled } from './failures.js';

/** Progress is for people: a few lines a second are enough, and the channel is bounded. */
const PROGRESS_INTERVAL_MS = 250;

export type SendEvent = (event: Event) => void;

/** What a recipe knows about its run and how it reports back. */
export class RecipeContext<K extends TaskKind = TaskKind> {
  readonly input: TaskOf<K>['input'];
  readonly outDir: string;
  readonly checkpointDir: string;
  private seq = 0;
  private lastPhase = '';
  private lastProgressMs = 0;

  constructor(
    readonly task: TaskOf<K>,
    private readonly sendEvent: SendEvent,
    readonly signal: AbortSignal,
  ) {
    this.input = task.input as TaskOf<K>['input'];
    this.outDir = join(task.workspace, 'out');
    this.checkpointDir = join(task.workspace, 'checkpoint');
  }

  /** The folder of a mounted input artifact. */
  inputPath(mount: string): string {
    return join(this.task.inputsRoot, mount);
  }

  /** A folder below `out` for one artifact; announce it with `artifact` once it is whole. */
  async artifactDir(name: string): Promise<string> {
    const folder = join(this.outDir, name);
    await mkdir(folder, { recursive: true });
    return folder;
  }

  progress(fraction: number, phase: string, message?: string): void {
    const now = performance.now();
    if (phase === this.lastPhase && now - this.lastProgressMs < PROGRESS_INTERVAL_MS) return;
    this.lastPhase = phase;
    this.lastProgressMs = now;
    const bounded = Math.min(1, Math.max(0, fraction));
    this.send({
      type: 'progress',
      fraction: bounded,
      phase,
      ...(message === undefined ? {} : { message: message.slice(0, 500) }),
    });
  }

  /** A value that is not finite is left out: JSON cannot carry it, and the log says so. */
  metric(name: string, step: number, value: number): void {
    if (Number.isFinite(value)) this.send({ type: 'metric', name: metricName(name), step, value });
    else this.log('warn', `Metric ${name} at step ${step} is ${value}.`);
  }

  log(level: 'debug' | 'info' | 'warn' | 'error', message: string): void {
    this.send({ type: 'log', level, message: message.slice(0, 4000) });
  }

  checkpoint(step: number): void {
    this.send({ type: 'checkpoint', step });
  }

  /** Announces the finished folder `out/<name>`. */
  artifact(name: string, kind: ArtifactKind): void {
    this.send({ type: 'artifact', name, kind, path: name });
  }

  /** Says that the served model answers on its socket. */
  ready(): void {
    this.send({ type: 'ready' });
  }

  /** Call between steps of blocking work: lets a cancel arrive, and throws `Cancelled` once it has. */
  async breathe(): Promise<void> {
    await nextTurn();
    if (this.signal.aborted) throw this.cancellation();
  }

  cancellation(): Cancelled {
    const { reason } = this.signal as { reason: unknown };
    return reason instanceof Cancelled ? reason : new Cancelled('the run was asked to stop');
  }

  send(body: EventBody): void {
    this.seq += 1;
    const { runId, attempt } = this.task;
    this.sendEvent({ ...body, runId, attempt, seq: this.seq, at: new Date().toISOString() } as Event);
  }
}

/** The part of a context that is the same for every kind of task. */
export type Reporting = Omit<RecipeContext, 'task' | 'input'>;

/** Attribute names may hold spaces or letters that the protocol's metric names do not. */
function metricName(name: string): string {
  return name.replaceAll(/[^\w./-]/g, '_').slice(0, 64);
}
