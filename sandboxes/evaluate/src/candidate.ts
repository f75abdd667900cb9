import { compose, float32, loadModel, type Model, openSession, type Session, type Tensor } from '@graft/engine';
import type { DatasetItem, ImagePreprocessing, TaskOf } from '@graft/protocol';
import {
  type Bundle,
  componentOf,
  graphPath,
  InputInvalid,
  openBundle,
  type RecipeContext,
  Snapshot,
  SpaceMismatch,
} from '@graft/runner';
import { ClassMeans } from './class-means.js';

export type EvaluateContext = RecipeContext<'evaluate'>;
type Description = TaskOf<'evaluate'>['input']['candidates'][number];

/** Where a candidate's evidence comes from: pictures for a native one, stored vectors for a swapped one. */
export type Source =
  | { readonly kind: 'pictures'; readonly preprocessing: ImagePreprocessing }
  | { readonly kind: 'vectors'; readonly snapshot: Snapshot };

/** Predicted labels by target, in the order of the items asked about. */
export type Answers = ReadonlyMap<string, readonly string[]>;

/** A loaded candidate: its whole model in one graph, or its encoder alone where class means answer. */
export class Candidate implements AsyncDisposable {
  private classMeans: ClassMeans | undefined;

  private constructor(
    readonly description: Description,
    readonly source: Source,
    private readonly session: Session,
    private readonly targets: readonly string[],
    private readonly labels: Readonly<Record<string, readonly string[]>>,
  ) {}

  static async open(context: EvaluateContext, description: Description): Promise<Candidate> {
    const { threads } = context.task;
    const { targets } = context.input;
    const bundle = await openBundle(context.inputPath(description.bundle));
    const snapshot =
      description.snapshot === null ? undefined : await Snapshot.open(context.inputPath(description.snapshot));
    const source = sourceOf(description, bundle, snapshot);
    const front = await loadModel(
      graphPath(bundle, componentOf(bundle, source.kind === 'pictures' ? 'vision_encoder' : 'item_projector')),
    );
    if (description.head === 'class-means')
      return new Candidate(description, source, await openSession(front, { threads }), targets, {});
    assertLabels(description, bundle, targets);
    const model = joined(front, await loadModel(graphPath(bundle, componentOf(bundle, 'head'))));
    return new Candidate(description, source, await openSession(model, { threads }), targets, bundle.manifest.labels);
  }

  get name(): string {
    return this.description.name;
  }

  /** Takes the class means of the training items; `features` as `features` gives them. */
  fit(items: readonly DatasetItem[], features: Float32Array): void {
    this.classMeans = ClassMeans.fit(items, features, this.targets);
  }

  /** `image_features` of `count` items, row-major. Only a candidate with class means lets them out. */
  async features(input: Float32Array, count: number): Promise<Float32Array> {
    const outputs = await this.session.run(this.feeds(input, count), ['image_features']);
    return outputs.image_features.data as Float32Array;
  }

  /** Labels of `count` items, from their pixel values or vectors to the answer: what a request costs. */
  async answer(input: Float32Array, count: number): Promise<Answers> {
    if (this.classMeans) return this.classMeans.predict(await this.features(input, count));
    const outputs = await this.session.run(
      this.feeds(input, count),
      this.targets.map((target) => `logits.${target}`),
    );
    return new Map(
      this.targets.map((target) => [
        target,
        labelsOf(outputs[`logits.${target}`]?.data as Float32Array, this.labels[target] ?? []),
      ]),
    );
  }

  private feeds(input: Float32Array, count: number): Record<string, Tensor> {
    if (this.source.kind === 'vectors') return { item_embeddings: float32([count, this.source.snapshot.dim], input) };
    const { width, height } = this.source.preprocessing;
    return { pixel_values: float32([count, 3, height, width], input) };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.session.release();
  }
}

/** The label of the largest logit of each row. */
function labelsOf(logits: Float32Array, labels: readonly string[]): string[] {
  return Array.from({ length: logits.length / labels.length }, (_, row) => {
    const start = row * labels.length;
    let best = 0;
    for (let at = 1; at < labels.length; at += 1)
      if ((logits[start + at] as number) > (logits[start + best] as number)) best = at;
    return labels[best] as string;
  });
}

/** Encoder and head as one graph: one call a request, for native and swapped alike. */
function joined(front: Model, head: Model): Model {
  return compose(
    { model: front, prefix: 'front.' },
    { model: head, prefix: 'head.' },
    { image_features: 'image_features' },
  );
}

function sourceOf({ name, role }: Description, bundle: Bundle, snapshot: Snapshot | undefined): Source {
  if (role !== 'swapped') {
    const { preprocessing } = bundle.manifest;
    if (snapshot)
      throw new InputInvalid(
        `candidates.${name}.snapshot: expected none for role "${role}", whose encoder reads pictures.`,
      );
    if (!preprocessing)
      throw new InputInvalid(
        `candidates.${name}.bundle: expected "preprocessing" beside its vision_encoder, found none.`,
      );
    return { kind: 'pictures', preprocessing };
  }
  if (!snapshot)
    throw new InputInvalid(
      `candidates.${name}.snapshot: expected the snapshot whose vectors the swapped bundle reads, found none.`,
    );
  const expected = componentOf(bundle, 'item_projector').space?.id;
  const found = snapshot.manifest.space.id;
  if (expected !== found)
    throw new SpaceMismatch(
      `candidates.${name}: item_projector reads space ${expected ?? 'unknown'}, the snapshot holds ${found}.`,
    );
  return { kind: 'vectors', snapshot };
}

function assertLabels({ name }: Description, bundle: Bundle, targets: readonly string[]): void {
  const missing = targets.filter((target) => bundle.manifest.labels[target] === undefined);
  if (missing.length === 0) return;
  const known = Object.keys(bundle.manifest.labels).join(', ') || 'none';
  throw new InputInvalid(
    `candidates.${name}: expected a head for ${missing.join(', ')}; it answers: ${known}. Use head "class-means" for a stock encoder.`,
  );
}
