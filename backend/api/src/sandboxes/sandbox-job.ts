import { PROTOCOL_VERSION, type ArtifactKind, type Failure, type Task } from '@graft/protocol';
import type { StoredTree } from '../artifacts/index.js';
import type { SandboxPurpose } from './sandbox.entity.js';
import type { SandboxLimits, SandboxUsage, SandboxView } from './sandbox-driver.js';

/** An input of a task: a tree from the artifact store, or a folder of the host (an upload). */
export type SandboxInput = { mount: string; tree: string } | { mount: string; folder: string };

type Work = Task extends infer T ? (T extends Task ? Pick<T, 'kind' | 'input'> : never) : never;

/** One task for one sandbox: a run's attempt, an import, a served model version or search index version. */
export interface SandboxJob {
  purpose: SandboxPurpose;
  /** Run, import, model version or search index version; also the task's `runId`. */
  subjectId: string;
  attempt: number;
  work: Work;
  seed: number;
  threads: number;
  inputs: readonly SandboxInput[];
  /** Host folder that outlives the attempt: checkpoints lie in it. Null for work that starts anew each time. */
  workspace: string | null;
  limits: SandboxLimits;
}

export interface CollectedArtifact extends StoredTree {
  name: string;
  kind: ArtifactKind;
}

export type SandboxOutcome = { sandboxId: string; usage: SandboxUsage } & (
  | { state: 'succeeded'; result: Record<string, unknown>; artifacts: CollectedArtifact[] }
  /** `crashed`: it ended without saying why, so another attempt may go better. */
  | { state: 'failed'; failure: Failure; crashed: boolean; artifacts: CollectedArtifact[] }
);

/** What the runner reads first from its control channel. */
export function taskOf(job: SandboxJob, view: SandboxView): Task {
  const base = {
    protocol: PROTOCOL_VERSION,
    runId: job.subjectId,
    attempt: job.attempt,
    seed: job.seed,
    threads: job.threads,
    memoryBytes: job.limits.memoryBytes,
    inputsRoot: view.inputs,
    workspace: view.workspace,
  } as const;
  const { work } = job;
  return isServer(work) ? { ...base, ...work, socket: `${view.serve}/${SOCKET}` } : { ...base, ...work };
}

/** The socket of a server in the folder that its sandbox sees as `/serve`. */
export const SOCKET = 'model.sock';

/** Work that answers requests on a socket until it is stopped. */
export function isServer(work: Work): work is Extract<Work, { kind: 'serve' | 'search' }> {
  return work.kind === 'serve' || work.kind === 'search';
}
