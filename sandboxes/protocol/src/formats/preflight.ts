import { z } from 'zod';

/** A few of what was counted, enough to look at. */
const ItemGroups = z.strictObject({
  groups: z.number().int().describe('Sets of items that are the same'),
  items: z.number().int().describe('Items in those sets'),
  examples: z.array(z.array(z.string()).min(2)),
});

/** Items of the validation split that training has already seen. */
const Leak = z.strictObject({
  items: z.number().int().describe('Validation items with such a twin in training'),
  examples: z.array(z.strictObject({ train: z.string(), validation: z.string() })),
});

const Example = z.strictObject({
  itemId: z.string(),
  title: z.string(),
  /** The picture as the first step reads it: resized, augmented, brought back to 8 bits; a PNG as a data URI. Null where no picture is read. */
  picture: z.string().startsWith('data:image/png;base64,').nullable(),
  /** The stored vector that is read instead. */
  vector: z.strictObject({ dim: z.number().int(), length: z.number() }).nullable(),
  /** Tokens in the order they are read, with the row of the table each is hashed to and its weight; null where no text is read. */
  tokens: z.array(z.strictObject({ text: z.string(), id: z.number().int(), weight: z.number() })).nullable(),
  /** The loss mask: a label that is not counted adds nothing to the loss. */
  labels: z.array(z.strictObject({ target: z.string(), label: z.string().nullable(), counted: z.boolean() })),
});

const Labels = z.strictObject({
  target: z.string(),
  classes: z.number().int(),
  unlabelled: z.number().int().describe('Training items without a label: left out of its loss'),
  rarest: z.strictObject({ label: z.string(), items: z.number().int() }),
  onlyInValidation: z.array(z.string()).describe('Labels that no training item carries: they are never predicted'),
});

const Texts = z.strictObject({
  length: z.number().int().describe('Tokens that are read of a text'),
  longest: z.number().int().describe('Tokens of the longest text before it is cut'),
  truncated: z.strictObject({ items: z.number().int(), examples: z.array(z.string()) }),
  empty: z.number().int().describe('Items whose text has no token'),
});

const Estimate = z.strictObject({
  totalSteps: z.number().int(),
  itemsPerStep: z.number().int(),
  /** Real steps of the real graph on the real data; `low` and `high` are the fastest and the slowest. */
  stepSeconds: z.strictObject({ median: z.number(), low: z.number(), high: z.number(), n: z.number().int() }),
  prepareSeconds: z.number().describe('Reading, decoding and building the graph, measured whole'),
  validationSeconds: z.number().describe('All validations, by one that was measured'),
  totalSeconds: z.number().describe('Preparation, all steps and all validations; an early stop makes it shorter'),
  peakMemoryBytes: z.number().int().describe('Of the whole sandbox process while it trained and validated'),
  memoryLimitBytes: z.number().int().nullable().describe('What the run may take; null where nothing limits it'),
  cpuSeconds: z.number(),
  cost: z.strictObject({ currency: z.string(), perCpuHour: z.number(), value: z.number() }),
});

/** `preflight.json`: what a training would read and take, found out before it is paid for. */
export const PreflightReport = z.strictObject({
  format: z.literal('graft-preflight'),
  formatVersion: z.literal(1),
  recipe: z.enum(['finetune', 'swap-encoder']),
  items: z.strictObject({ train: z.number().int(), validation: z.number().int() }),
  examples: z.array(Example),
  texts: Texts.nullable(),
  labels: z.array(Labels),
  duplicates: z.strictObject({ pictures: ItemGroups, nearPictures: ItemGroups.nullable(), titles: ItemGroups }),
  leakage: z.strictObject({ pictures: Leak, nearPictures: Leak.nullable(), titles: Leak }),
  estimate: Estimate,
  /** What to look at before starting, worst first. */
  findings: z.array(z.strictObject({ level: z.enum(['problem', 'warning', 'note']), message: z.string() })),
});
export type PreflightReport = z.infer<typeof PreflightReport>;
