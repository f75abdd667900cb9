import { z } from 'zod';
import {
  EmbedInput,
  EvaluateInput,
  FinetuneInput,
  ImportInput,
  InspectSpaceInput,
  SearchInput,
  ServeInput,
  SwapEncoderInput,
} from './recipes.js';
import { PROTOCOL_VERSION } from './version.js';

const TaskBase = z.strictObject({
  protocol: z.literal(PROTOCOL_VERSION),
  runId: z.uuid(),
  attempt: z.number().int().min(1),
  seed: z.number().int().min(0).max(0xffff_ffff),
  /** Threads the recipe may compute with. */
  threads: z.number().int().min(1).max(256),
  /** Memory its processes may take together; absent where nothing limits it. */
  memoryBytes: z.number().int().positive().optional(),
  /** Folders as the sandbox sees them. `workspace` outlives an attempt of the same run: checkpoints lie in `workspace/checkpoint`, results in `workspace/out`. */
  inputsRoot: z.string().startsWith('/'),
  workspace: z.string().startsWith('/'),
});

export const Task = z.discriminatedUnion('kind', [
  TaskBase.extend({ kind: z.literal('import'), input: ImportInput }),
  TaskBase.extend({ kind: z.literal('finetune'), input: FinetuneInput }),
  TaskBase.extend({ kind: z.literal('embed'), input: EmbedInput }),
  TaskBase.extend({ kind: z.literal('swap-encoder'), input: SwapEncoderInput }),
  TaskBase.extend({ kind: z.literal('evaluate'), input: EvaluateInput }),
  TaskBase.extend({ kind: z.literal('inspect-space'), input: InspectSpaceInput }),
  TaskBase.extend({ kind: z.literal('serve'), input: ServeInput, socket: z.string().startsWith('/') }),
  TaskBase.extend({ kind: z.literal('search'), input: SearchInput, socket: z.string().startsWith('/') }),
]);
export type Task = z.infer<typeof Task>;
export type TaskKind = Task['kind'];
export type TaskOf<K extends TaskKind> = Extract<Task, { kind: K }>;

/** What a worker may say to a runner: the task comes first and once, cancel at any time after. One JSON object a line. */
export const Command = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('task'), task: Task }),
  z.strictObject({ type: z.literal('cancel'), reason: z.string().max(500) }),
]);
export type Command = z.infer<typeof Command>;
