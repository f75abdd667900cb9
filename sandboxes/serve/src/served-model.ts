import { compose, float32, loadModel, openSession, type Session } from '@graft/engine';
import { componentOf, graphPath, openBundle, type RecipeContext } from '@graft/runner';
import type { Evidence } from './evidence.js';
import { type InferenceRequest, type OutputTensor, selectOutputs, VECTORS } from './inference-protocol.js';
import { pictures } from './pictures.js';
import { storedVectors } from './stored-vectors.js';

/** What a request is answered with. */
export interface Inferred {
  readonly outputs: readonly OutputTensor[];
  readonly parameters: Readonly<Record<string, string | number>>;
}

/** A bundle loaded with everything its requests need: encoder or projector and head in one graph. */
export class ServedModel implements AsyncDisposable {
  private constructor(
    private readonly session: Session,
    private readonly evidence: Evidence,
    private readonly labels: Readonly<Record<string, readonly string[]>>,
    /** Whose vectors the model reads; undefined where it reads pictures. */
    private readonly spaceId: string | undefined,
  ) {}

  static async open(context: RecipeContext<'serve'>): Promise<ServedModel> {
    const { input, task } = context;
    const bundle = await openBundle(context.inputPath(input.bundle));
    const evidence = bundle.manifest.components['item_projector']
      ? await storedVectors(context, bundle)
      : await pictures(context, bundle);
    const front = componentOf(bundle, evidence.port === 'item_embeddings' ? 'item_projector' : 'vision_encoder');
    const [first, second] = [
      await loadModel(graphPath(bundle, front)),
      await loadModel(graphPath(bundle, componentOf(bundle, 'head'))),
    ];
    const model = compose(
      { model: first, prefix: 'front.' },
      { model: second, prefix: 'head.' },
      { image_features: 'image_features' },
    );
    const session = await openSession(model, { threads: Math.min(input.threads, task.threads) });
    const spaceId = evidence.port === 'item_embeddings' ? front.space?.id : undefined;
    const served = new ServedModel(session, evidence, bundle.manifest.labels, spaceId);
    // The first run allocates and plans; no request should pay for it.
    await served.run(new Float32Array(evidence.rowShape.reduce((product, size) => product * size, 1)), 1);
    return served;
  }

  /** `<target>.label` and `<target>.score` (the label's probability) for each item of the request, and its vectors where they are asked for. */
  async infer(request: InferenceRequest): Promise<Inferred> {
    const { rows, count, encodedOnMiss } = await this.evidence.batch(request);
    const vectors = this.vectorsFor(request, rows, count);
    return {
      outputs: selectOutputs(request, [...(await this.run(rows, count)), ...vectors]),
      parameters: {
        ...(vectors.length > 0 && this.spaceId !== undefined ? { space_id: this.spaceId } : {}),
        ...(encodedOnMiss > 0 ? { encoded_on_miss: encodedOnMiss } : {}),
      },
    };
  }

  /** Inputs and outputs as the protocol's model metadata lists them. */
  ports(): { inputs: readonly object[]; outputs: readonly object[] } {
    const labels = Object.keys(this.labels).flatMap((target) => [
      { name: `${target}.label`, datatype: 'BYTES', shape: [-1] },
      { name: `${target}.score`, datatype: 'FP32', shape: [-1] },
    ]);
    const vectors =
      this.spaceId === undefined ? [] : [{ name: VECTORS, datatype: 'FP32', shape: [-1, ...this.evidence.rowShape] }];
    return { inputs: this.evidence.inputs, outputs: [...labels, ...vectors] };
  }

  /** What was read, where the model reads vectors and the request asks for them. */
  private vectorsFor({ outputs }: InferenceRequest, rows: Float32Array, count: number): OutputTensor[] {
    if (this.spaceId === undefined || !outputs?.some(({ name }) => name === VECTORS)) return [];
    return [{ name: VECTORS, datatype: 'FP32', shape: [count, ...this.evidence.rowShape], data: [...rows] }];
  }

  private async run(batch: Float32Array, count: number): Promise<OutputTensor[]> {
    const { port, rowShape } = this.evidence;
    const targets = Object.entries(this.labels);
    const outputs = await this.session.run(
      { [port]: float32([count, ...rowShape], batch) },
      targets.map(([target]) => `logits.${target}`),
    );
    return targets.flatMap(([target, labels]) => {
      const best = bestLabels(outputs[`logits.${target}`]?.data as Float32Array, labels);
      return [
        { name: `${target}.label`, datatype: 'BYTES', shape: [count], data: best.map(({ label }) => label) },
        { name: `${target}.score`, datatype: 'FP32', shape: [count], data: best.map(({ score }) => score) },
      ] satisfies OutputTensor[];
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.session.release();
    await this.evidence[Symbol.asyncDispose]();
  }
}

/** The most probable label of each row of logits, with its softmax probability. */
function bestLabels(logits: Float32Array, labels: readonly string[]): { label: string; score: number }[] {
  return Array.from({ length: logits.length / labels.length }, (_, row) => {
    const scores = logits.subarray(row * labels.length, (row + 1) * labels.length);
    const top = Math.max(...scores);
    const total = scores.reduce((sum, score) => sum + Math.exp(score - top), 0);
    return { label: labels[scores.indexOf(top)] as string, score: 1 / total };
  });
}
