import {
  Candidate,
  EmbedInput,
  EvaluateInput,
  FinetuneInput,
  InspectSpaceInput,
  Name,
  RetrievalQuestions,
  SwapEncoderInput,
  TrainingParameters,
} from '@graft/protocol';
import { z } from 'zod';
import { dto } from '../platform/http/index.js';
import { ReferenceText } from './reference.js';

const dataset = ReferenceText.describe('Dataset version to work on: dataset:NAME or dataset:NAME@VERSION');
const training = TrainingParameters.prefault({});

/** Parameters of each recipe: the protocol's input with references where the runner will find mounts. */
export const recipeParameters = {
  finetune: FinetuneInput.extend({
    dataset,
    base: ReferenceText.nullable()
      .default(null)
      .describe('Bundle to start from: step:NAME or model:NAME@VERSION; none trains from scratch by architecture'),
    training,
  }),
  embed: EmbedInput.extend({
    dataset,
    encoder: ReferenceText.describe(
      'Bundle whose encoder computes the vectors: step:NAME, model:NAME@VERSION or space:ID',
    ),
    previous: ReferenceText.nullable()
      .default(null)
      .describe('Snapshot of the same space to take unchanged vectors from: snapshot:latest or snapshot:ID'),
    publish: z
      .boolean()
      .default(true)
      .describe('Make the result the live snapshot of its space for the dataset; false leaves that to a person'),
  }),
  'swap-encoder': SwapEncoderInput.extend({
    dataset,
    base: ReferenceText.describe('Bundle whose vision encoder is replaced: step:NAME or model:NAME@VERSION'),
    snapshot: ReferenceText.describe('Stored vectors: step:NAME of an embed step, snapshot:ID or snapshot:latest'),
    projector: SwapEncoderInput.shape.projector.prefault({ hidden: 256 }),
    training,
  }),
  'inspect-space': InspectSpaceInput.extend({
    dataset,
    snapshot: ReferenceText.describe('Vectors to look at: step:NAME of an embed step, snapshot:ID or snapshot:latest'),
    against: ReferenceText.nullable()
      .default(null)
      .describe('Vectors to compare with, of the same space or another: step:NAME, snapshot:ID or snapshot:latest'),
  }),
  evaluate: EvaluateInput.extend({
    dataset,
    candidates: z
      .array(
        Candidate.extend({
          bundle: ReferenceText.describe('step:NAME or model:NAME@VERSION'),
          snapshot: ReferenceText.nullable()
            .default(null)
            .describe('Stored vectors of a swapped candidate: step:NAME or snapshot:ID'),
        }),
      )
      .max(8)
      .default([]),
    retrieval: RetrievalQuestions.extend({
      encoder: ReferenceText.describe(
        'Dual encoder whose text_encoder reads the queries: step:NAME or model:NAME@VERSION',
      ),
      snapshot: ReferenceText.describe('Its vectors of the dataset: step:NAME of an embed step, or snapshot:ID'),
    })
      .nullable()
      .default(null)
      .describe('What a dual encoder is asked: titles and attribute values for pictures, pictures for pictures'),
  }),
} as const;
export type Recipe = keyof typeof recipeParameters;
export const recipes = Object.keys(recipeParameters) as Recipe[];

export const RunLimits = dto(
  'RunLimits',
  z.strictObject({
    memoryMb: z.number().int().min(128).max(1_048_576).default(4096).describe('Memory of all its processes together'),
    threads: z
      .number()
      .int()
      .min(1)
      .max(256)
      .optional()
      .describe('Threads it computes with; default: every core of the worker'),
    wallMinutes: z.number().positive().max(10_080).default(120).describe('Longest time one attempt may take'),
    cpuMinutes: z.number().positive().max(100_000).default(480).describe('CPU time one attempt may use'),
    diskMb: z.number().int().min(64).max(1_048_576).default(16_384).describe('What its workspace may hold'),
  }),
);
export type RunLimits = z.infer<typeof RunLimits>;

const step = <R extends Recipe>(recipe: R) =>
  z.strictObject({
    name: Name.describe('What other steps call it: step:NAME'),
    recipe: z.literal(recipe),
    parameters: recipeParameters[recipe],
    register: z
      .strictObject({ model: Name.describe('Model that the bundle becomes a version of; made when it does not exist') })
      .optional()
      .describe('Register the resulting bundle as a model version'),
  });

export const ExperimentStep = z.discriminatedUnion('recipe', [
  step('finetune'),
  step('embed'),
  step('swap-encoder'),
  step('evaluate'),
  step('inspect-space'),
]);
export type ExperimentStep = z.infer<typeof ExperimentStep>;

export const ExperimentSpec = dto(
  'ExperimentSpec',
  z.strictObject({
    name: z.string().trim().min(1).max(200),
    description: z.string().max(2000).optional(),
    limits: RunLimits.prefault({}).describe('Of each run'),
    seed: z.number().int().min(0).max(0xffff_ffff).default(1).describe('Same seed, same data, same code: same result'),
    steps: z.array(ExperimentStep).min(1).max(32),
  }),
);
export type ExperimentSpec = z.infer<typeof ExperimentSpec>;

/** What each recipe makes where it does its whole work. */
export const recipeOutputs = {
  finetune: 'bundle',
  embed: 'snapshot',
  'swap-encoder': 'bundle',
  evaluate: 'report',
  'inspect-space': 'space-report',
} as const satisfies Record<Recipe, string>;

type Work = { recipe: Recipe; parameters: unknown };

/** A training that only shows what it would read and take. */
export const isPreflight = ({ parameters }: Work): boolean =>
  (parameters as { preflight?: boolean }).preflight === true;

/** What the main artifact of a step or run is; references to it must want this. */
export const outputOf = (work: Work): (typeof recipeOutputs)[Recipe] | 'preflight' =>
  isPreflight(work) ? 'preflight' : recipeOutputs[work.recipe];
