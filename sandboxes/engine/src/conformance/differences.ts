import { InferenceSession, Tensor as RuntimeTensor } from 'onnxruntime-node';
import { decompose, hasFusedNodes } from '../decompose/decompose.js';
import { copyOf, valueInfo } from '../proto/messages.js';
import type { Model } from '../model/model.js';
import { seededRandom } from '../tensors/random.js';
import type { Tensor } from '../tensors/tensor.js';
import { inFloat64 } from './float64.js';
import { failed, inapplicable, messageOf, passed, type Outcome } from './outcome.js';

/** Values of the real inputs and weights, by name. */
export type Point = ReadonlyMap<string, Tensor>;

/**
 * How far probes go, and how far a derived slope may be from a measured one (of the largest of its tensor). The second step is for what
 * the first is too small or too large for: kernels that compute in 32 bits inside, bends close by.
 */
interface Precision {
  readonly type: 'float64' | 'float32';
  readonly steps: readonly number[];
  readonly tolerance: number;
}

const wide: Precision = { type: 'float64', steps: [1e-5, 1e-3], tolerance: 1e-3 };
const narrow: Precision = { type: 'float32', steps: [1e-2, 1e-3], tolerance: 2e-2 };

/** Single numbers that are probed in each tensor; one random direction through all of them is probed too. */
const PROBES = 12;

interface Question {
  readonly model: Model;
  readonly point: Point;
  /** What was published: the function that is measured must answer it, else it is another one. */
  readonly published: { readonly point: Point; readonly outputs: ReadonlyMap<string, Tensor> };
  /** The differentiated scalar: each real output times these, summed. */
  readonly weights: ReadonlyMap<string, Float32Array>;
  /** The derived gradients, or why there are none. An input without one should have no influence. */
  readonly derived: ReadonlyMap<string, Float32Array> | string;
}

/** A form of the model that can be measured. */
interface Form {
  readonly how: string;
  readonly precision: Precision;
  readonly model: (model: Model) => Model | Promise<Model>;
  /** Whether it could be another function than the published one. */
  readonly doubtful: boolean;
}

/**
 * onnxruntime has some operators in 32 bits alone and writes them out in 64, where that can mean something else (Attention with
 * lengths); what it has in neither is measured as the engine writes it. Both must answer as published.
 */
const forms: readonly Form[] = [
  { how: 'float64', precision: wide, model: inFloat64, doubtful: true },
  { how: 'float32', precision: narrow, model: (model) => model, doubtful: false },
  { how: 'float32, written out by the engine', precision: narrow, model: decompose, doubtful: true },
];

/** Central differences against derived gradients; in 64 bits where onnxruntime can, else in 32 with coarser steps. */
export async function compareSlopes(question: Question): Promise<Outcome> {
  let refusal = '';
  for (const { how, precision, model, doubtful } of forms) {
    if (model === decompose && !hasFusedNodes(question.model)) continue;
    let scalar: Scalar;
    try {
      scalar = await Scalar.open(question, { type: precision.type, model });
    } catch (error) {
      refusal = `onnxruntime does not run it: ${messageOf(error)}`;
      continue;
    }
    try {
      if (!doubtful || (await answersAsPublished(question, scalar)))
        return await compared(question, scalar, { ...precision, how });
    } catch (error) {
      refusal = messageOf(error);
    } finally {
      await scalar.release();
    }
  }
  return failed(typeof question.derived === 'string' ? question.derived : refusal);
}

/** Within the relative tolerance of the suite's own runner. */
async function answersAsPublished({ published, weights }: Question, scalar: Scalar): Promise<boolean> {
  let [expected, size] = [0, 0];
  for (const [name, factors] of weights) {
    const values = published.outputs.get(name)!.data as Float32Array;
    for (const [index, factor] of factors.entries()) {
      const part = factor === 0 ? 0 : factor * values[index]!;
      expected += part;
      size += Math.abs(part);
    }
  }
  return Math.abs((await scalar.at(published.point, new Map())) - expected) <= 1e-3 * size + 1e-7;
}

interface Slope {
  readonly measured: number;
  readonly below: number;
  readonly above: number;
}

async function compared(
  { point, derived }: Question,
  scalar: Scalar,
  precision: Precision & Pick<Form, 'how'>,
): Promise<Outcome> {
  const centre = await scalar.at(point, new Map());
  if (!Number.isFinite(centre)) return inapplicable('its answer is not finite');
  let influence = false;
  let wrong: string | undefined;
  for (const [name, { data }] of point) {
    const values = Float64Array.from(data as Float32Array);
    const gradient = typeof derived === 'string' ? undefined : derived.get(name);
    const largest = gradient ? largestOf(gradient) : 1e-3;
    for (const direction of directions(name, values.length)) {
      const expected = gradient ? along(direction, gradient) : 0;
      let slope: Slope | undefined;
      let right = false;
      for (const step of precision.steps) {
        const found = await slopeAlong(scalar, { point, name, values, direction, centre, step });
        if (!Number.isFinite(found.measured)) break;
        slope ??= found;
        if (Math.abs(found.measured) > precision.tolerance * 1e-2) influence = true;
        const allowed = precision.tolerance * Math.max(largest, Math.abs(found.measured));
        right = agrees(expected, found, allowed);
        if (right || typeof derived === 'string') break;
      }
      if (slope && !right)
        wrong ??= `gradient of "${name}": expected ${slope.measured.toPrecision(5)}, found ${expected.toPrecision(5)}`;
    }
  }
  if (!influence) return inapplicable('its real outputs do not change with its real inputs');
  if (typeof derived === 'string') return failed(derived);
  return wrong === undefined ? passed(precision.how) : failed(wrong);
}

/** Where the derivative is infinite (acosh at 1), it sets no scale for the others. */
const largestOf = (gradient: Float32Array): number =>
  gradient.reduce((most, value) => (Number.isFinite(value) ? Math.max(most, Math.abs(value)) : most), 1e-3);

const along = (direction: Float64Array, gradient: Float32Array): number =>
  direction.reduce((sum, part, at) => (part === 0 ? sum : sum + part * gradient[at]!), 0);

/** At a kink any slope between the two one-sided ones is a gradient. */
function agrees(derived: number, { measured, below, above }: Slope, allowed: number): boolean {
  if (Math.abs(derived - measured) <= allowed) return true;
  return derived >= Math.min(below, above) - allowed && derived <= Math.max(below, above) + allowed;
}

function directions(name: string, length: number): Float64Array[] {
  const random = seededRandom(`probe ${name}`);
  const picked = length <= PROBES ? [...Array(length).keys()] : pick(length, random);
  const single = picked.map((at) => {
    const direction = new Float64Array(length);
    direction[at] = 1;
    return direction;
  });
  if (length <= PROBES) return single;
  const all = Float64Array.from({ length }, () => random() * 2 - 1);
  const norm = Math.sqrt(all.reduce((sum, part) => sum + part * part, 0));
  return [...single, all.map((part) => part / norm)];
}

const pick = (length: number, random: () => number): number[] =>
  Array.from({ length: PROBES }, () => Math.floor(random() * length));

async function slopeAlong(
  scalar: Scalar,
  at: { point: Point; name: string; values: Float64Array; direction: Float64Array; centre: number; step: number },
): Promise<Slope> {
  const { point, name, values, direction, centre, step } = at;
  const reach =
    step *
    Math.max(
      1,
      values.reduce((sum, value, index) => sum + Math.abs(value * direction[index]!), 0),
    );
  const moved = (by: number): Promise<number> =>
    scalar.at(point, new Map([[name, values.map((value, index) => value + by * direction[index]!)]]));
  const [above, below] = [await moved(reach), await moved(-reach)];
  return {
    measured: (above - below) / (2 * reach),
    above: (above - centre) / reach,
    below: (centre - below) / reach,
  };
}

/** A weighted sum of the model's outputs as a function of its real inputs and weights. */
class Scalar {
  private constructor(
    private readonly session: InferenceSession,
    private readonly question: Question,
    private readonly type: Precision['type'],
  ) {}

  static async open(
    question: Question,
    { type, model }: Pick<Precision, 'type'> & Pick<Form, 'model'>,
  ): Promise<Scalar> {
    const form = await model(liftWeights(question.model, question.point));
    const session = await InferenceSession.create(form.toBytes(), { logSeverityLevel: 4, intraOpNumThreads: 1 });
    return new Scalar(session, question, type);
  }

  async at(point: Point, changes: ReadonlyMap<string, Float64Array>): Promise<number> {
    const { weights } = this.question;
    const feeds = Object.fromEntries(
      [...point].map(([name, { shape, data }]) => {
        const values = changes.get(name) ?? (data as Float32Array);
        return [
          name,
          this.type === 'float64'
            ? new RuntimeTensor('float64', Float64Array.from(values), shape)
            : new RuntimeTensor('float32', Float32Array.from(values), shape),
        ];
      }),
    );
    const answers = await this.session.run(feeds, [...weights.keys()]);
    let sum = 0;
    for (const [name, factors] of weights) {
      const data = answers[name]!.data as Float64Array;
      for (let index = 0; index < factors.length; index += 1)
        if (factors[index] !== 0) sum += factors[index]! * data[index]!;
    }
    return sum;
  }

  async release(): Promise<void> {
    await this.session.release();
  }
}

/** Weights become inputs, so that they can be moved. */
function liftWeights(model: Model, point: Point): Model {
  const listed = new Set(model.graph.input.map(({ name }) => name));
  const lifted = [...model.initializers].filter(([name]) => point.has(name));
  const input = lifted
    .filter(([name]) => !listed.has(name))
    .map(([name, { type, shape }]) => valueInfo(name, type, shape));
  return model.withGraph(
    copyOf(model.graph, { input: [...model.graph.input, ...input], valueInfo: [] }),
    new Map([...model.initializers].filter(([name]) => !point.has(name))),
  );
}
