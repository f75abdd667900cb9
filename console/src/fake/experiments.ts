import type {
  Experiment,
  RecipeList,
  Run,
  RunArtifact,
  RunLog,
  RunMetric,
  RunState,
  Snapshot,
} from '../api/schemas.js';
import type { SpecDraft, StepDraft } from '../experiments/specDraft.js';
import { minutesAgo, randomSource } from './clock.js';
import recipesJson from './recipes.json';

export const recipes = recipesJson as RecipeList;

const training = { epochs: 4, batchSize: 128, learningRate: 0.001 };
const targets = ['style', 'pattern'];
const swapSteps: StepDraft[] = [
  {
    name: 'stock',
    recipe: 'finetune',
    parameters: { dataset: 'dataset:generic', objective: { kind: 'classify', targets }, training },
  },
  {
    name: 'stock-tuned',
    recipe: 'finetune',
    parameters: {
      dataset: 'dataset:catalogue',
      base: 'step:stock',
      objective: { kind: 'classify', targets },
      training,
    },
    register: { model: 'tagger' },
  },
  {
    name: 'domain',
    recipe: 'finetune',
    parameters: {
      dataset: 'dataset:catalogue',
      objective: { kind: 'contrastive', dim: 128 },
      training: { ...training, epochs: 6 },
    },
  },
  {
    name: 'vectors',
    recipe: 'embed',
    parameters: { dataset: 'dataset:catalogue', encoder: 'step:domain', previous: 'snapshot:latest' },
  },
  {
    name: 'swap',
    recipe: 'swap-encoder',
    parameters: {
      dataset: 'dataset:catalogue',
      base: 'step:stock',
      snapshot: 'step:vectors',
      targets,
      projector: { hidden: 256 },
      training,
    },
    register: { model: 'tagger' },
  },
  {
    name: 'compare',
    recipe: 'evaluate',
    parameters: {
      dataset: 'dataset:catalogue',
      targets,
      candidates: [
        { name: 'stock', role: 'stock', bundle: 'step:stock', head: 'class-means' },
        { name: 'stock-tuned', role: 'fine-tuned', bundle: 'step:stock-tuned' },
        { name: 'swapped', role: 'swapped', bundle: 'step:swap', snapshot: 'step:vectors' },
      ],
    },
  },
];
const specNamed = (name: string, seed: number): SpecDraft => ({
  name,
  seed,
  limits: { memoryMb: 4096, threads: 2, wallMinutes: 60, cpuMinutes: 240, diskMb: 4096 },
  steps: swapSteps,
});

const dependencies: Record<string, string[]> = {
  stock: [],
  'stock-tuned': ['stock'],
  domain: [],
  vectors: ['domain'],
  swap: ['stock', 'vectors'],
  compare: ['stock', 'stock-tuned', 'swap', 'vectors'],
};

type Progress = Record<string, RunState>;
function runsOf(experimentId: string, spec: SpecDraft, ago: number, states: Progress): Run[] {
  return spec.steps.map((step, index) => {
    const state = states[step.name] ?? 'succeeded';
    const started = state === 'waiting' || state === 'queued' ? null : minutesAgo(ago - index * 1.2);
    const ended = state === 'succeeded' || state === 'failed' ? minutesAgo(ago - index * 1.2 - 1.1) : null;
    return {
      id: `${experimentId}-${step.name}`,
      experimentId,
      name: step.name,
      position: index,
      recipe: step.recipe as Run['recipe'],
      parameters: step.parameters,
      dependsOn: (dependencies[step.name] ?? []).map((name) => `${experimentId}-${name}`),
      registerModel: step.register?.model ?? null,
      state,
      attempt: step.name === 'domain' ? 2 : 1,
      cancelRequested: false,
      isolationLevel: started ? 'partial' : null,
      progress: state === 'succeeded' ? 1 : state === 'running' ? 0.42 : state === 'failed' ? 0.31 : 0,
      phase: state === 'running' ? 'training, epoch 3 of 6' : '',
      failure:
        state === 'failed'
          ? {
              code: 'out-of-memory',
              message:
                'the sandbox used 4,096 MiB, all that its limits allow. Raise limits.memoryMb or lower training.batchSize (now 4096).',
              retryable: false,
            }
          : null,
      result: null,
      cpuSeconds: started ? 74 + index * 13 : 0,
      peakMemoryBytes: started ? 612 * 2 ** 20 : 0,
      seed: spec.seed ?? 0,
      createdAt: minutesAgo(ago),
      startedAt: started,
      endedAt: ended,
    };
  });
}

type ExperimentFacts = {
  id: string;
  name: string;
  state: Experiment['state'];
  ago: number;
  states?: Progress;
  seed?: number;
};

const experiment = ({ id, name, state, ago, states = {}, seed = 7 }: ExperimentFacts): Experiment => {
  const spec = specNamed(name, seed);
  const runs = runsOf(id, spec, ago, states);
  return {
    id,
    name,
    state,
    createdAt: minutesAgo(ago),
    createdBy: 'p-ada',
    endedAt: state === 'running' ? null : minutesAgo(ago - 8),
    spec: spec as Experiment['spec'],
    runs,
    cpuSeconds: runs.reduce((sum, run) => sum + run.cpuSeconds, 0),
  };
};

export const experiments: Experiment[] = [
  experiment({
    id: 'x-live',
    name: 'fashion-encoder-swap',
    state: 'running',
    ago: 4,
    states: { domain: 'running', vectors: 'waiting', swap: 'waiting', compare: 'waiting' },
  }),
  experiment({ id: 'x-swap', name: 'catalogue-encoder-swap', state: 'succeeded', ago: 96 }),
  experiment({
    id: 'x-oom',
    name: 'bigger-batches',
    state: 'failed',
    ago: 150,
    states: { domain: 'failed', vectors: 'cancelled', swap: 'cancelled', compare: 'cancelled' },
    seed: 11,
  }),
];
/** The trainings of a draft that need no other step, looked at and done at once. */
export function preflightOf(draft: SpecDraft): { experiment: Experiment; skipped: { step: string; reason: string }[] } {
  const canBeLookedAt = ({ recipe, parameters }: StepDraft): boolean =>
    (recipe === 'finetune' || recipe === 'swap-encoder') && !JSON.stringify(parameters).includes('"step:');
  const steps = draft.steps
    .filter(canBeLookedAt)
    .map(({ register: _register, ...step }) => ({ ...step, parameters: { ...step.parameters, preflight: true } }));
  const id = crypto.randomUUID();
  const spec = { ...draft, name: `${draft.name} (preflight)`, steps };
  return {
    experiment: {
      ...experiments[1]!,
      id,
      name: spec.name,
      spec: spec as Experiment['spec'],
      runs: runsOf(id, spec, 1, {}),
    },
    skipped: draft.steps
      .filter((step) => !canBeLookedAt(step))
      .map(({ name }) => ({ step: name, reason: 'It reads what another step will make.' })),
  };
}

export const runs: Run[] = experiments.flatMap((entry) => entry.runs);

export const snapshots: Snapshot[] = [
  {
    id: 'snap-2',
    spaceId: 'sp_9c41aa03be7710ddaa11bb2233445566',
    datasetVersionId: 'dsv-cat-2',
    itemCount: 3240,
    encodedCount: 34,
    reusedCount: 3206,
    runId: 'x-swap-vectors',
    treeHash: 'cd'.repeat(32),
    dtype: 'f32',
    quantisation: null,
    index: null,
    isLive: true,
    createdAt: minutesAgo(92),
  },
  {
    id: 'snap-1',
    spaceId: 'sp_9c41aa03be7710ddaa11bb2233445566',
    datasetVersionId: 'dsv-cat-1',
    itemCount: 3206,
    encodedCount: 3206,
    reusedCount: 0,
    runId: 'x-oom-vectors',
    treeHash: 'ce'.repeat(32),
    dtype: 'f32',
    quantisation: null,
    index: null,
    isLive: false,
    createdAt: minutesAgo(170),
  },
];

export function metricsOf(run: Run, visibleSteps: number): RunMetric[] {
  const random = randomSource(run.id.length * 31 + run.seed);
  const steps = run.state === 'succeeded' ? 160 : visibleSteps;
  return Array.from({ length: steps }, (_, step): RunMetric[] => {
    const at = minutesAgo(4 - step / 60);
    const loss: RunMetric = {
      name: 'train/loss',
      step,
      value: 0.35 + 2.4 * Math.exp(-step / 38) + (random() - 0.5) * 0.16,
      at,
    };
    return step % 20 === 19
      ? [
          loss,
          { name: 'val/loss', step, value: 0.42 + 2.3 * Math.exp(-step / 40), at },
          { name: 'val/accuracy', step, value: 0.86 - 0.72 * Math.exp(-step / 42), at },
        ]
      : [loss];
  }).flat();
}

export function logsOf(run: Run): RunLog[] {
  const lines: [RunLog['level'], string][] = [
    ['info', `recipe ${run.recipe}, attempt ${run.attempt}, seed ${run.seed}, 2 threads`],
    ['info', 'inputs checked: dataset catalogue@2 (3,240 items, 2,592 train), base bundle 4 components'],
    ['debug', 'gradient graph: 214 forward nodes, 391 backward nodes, 61 trainable tensors (1.9 M parameters)'],
    ['info', 'epoch 1 of 6: loss 1.84, val accuracy 0.31, 21 s'],
    ['warn', 'learning rate reached its peak of 0.001 at step 12'],
    ['info', 'checkpoint written at step 50'],
    ['info', 'epoch 2 of 6: loss 0.97, val accuracy 0.58, 20 s'],
  ];
  if (run.state === 'failed') lines.push(['error', run.failure?.message ?? 'failed']);
  return lines.map(([level, message], id) => ({
    id: String(id + 1),
    attempt: run.attempt,
    at: minutesAgo(4 - id * 0.4),
    level,
    message,
  }));
}

export const artifactsOf = (run: Run): RunArtifact[] =>
  run.state === 'succeeded'
    ? [
        {
          name: run.name,
          kind: run.recipe === 'embed' ? 'snapshot' : run.recipe === 'evaluate' ? 'report' : 'bundle',
          treeHash: '5ae1'.padEnd(64, '90cd3f'),
          fileCount: 3,
          sizeBytes: run.recipe === 'evaluate' ? 18_200 : 7_900_000,
          createdAt: run.endedAt ?? minutesAgo(1),
        },
      ]
    : [];
