import type { Tensor } from '../tensors/tensor.js';
import { kernelsOver, type Kernels } from './kernels.js';
import { parameterSettings, type ParameterGroup, type ParameterSettings } from './optimizer.js';
import { applyRule, type UpdateAt, type UpdateRule } from './update-rule.js';

const PAGE_BYTES = 65_536;
/** A WebAssembly memory with 32-bit addresses. */
const MAX_PAGES = 65_536;
/** What a kernel handles at once; every parameter begins and ends on this boundary. */
const LANE_BYTES = 16;

interface Slot {
  readonly shape: readonly number[];
  readonly count: number;
  /** Byte offset inside each region. */
  readonly offset: number;
  readonly bytes: number;
  /** Where the kernel finds weight, gradient and moments. */
  readonly addresses: readonly number[];
  readonly views: ReadonlyMap<string, Float32Array>;
  readonly settings: ParameterSettings;
}

export interface StoreOptions {
  readonly rule: UpdateRule;
  readonly groups?: readonly ParameterGroup[];
  /** Keeps an exponential moving average of the weights beside them. */
  readonly averages?: boolean;
}

/** The regions that every store has; the others are called by the rule's moments and `average`. */
type Region = 'weight' | 'gradient' | 'average' | (string & {});

/**
 * Weights, gradients, moments and averages of all trained parameters in one private WebAssembly memory: onnxruntime reads the
 * weights from there without a copy, the kernels update them in place. (onnxruntime refuses shared memory.)
 */
export class ParameterStore {
  readonly rule: UpdateRule;
  /** What is kept between steps, by name: everything but the gradients. */
  readonly lasting: readonly string[];
  private readonly memory: WebAssembly.Memory;
  private readonly kernels: Kernels;
  private readonly slots = new Map<string, Slot>();
  private readonly regions: readonly string[];
  private readonly regionBytes: number;

  /** Throws where a parameter is not float32, all of them need more than 4 GiB, or a group names none of them. */
  constructor(parameters: ReadonlyMap<string, Tensor>, { rule, groups = [], averages = false }: StoreOptions) {
    this.rule = rule;
    this.regions = ['weight', 'gradient', ...rule.moments, ...(averages ? ['average'] : [])];
    this.lasting = this.regions.filter((region) => region !== 'gradient');
    const sizes = [...parameters].map(([name, value]) => [name, paddedBytes(name, value)] as const);
    this.regionBytes = sizes.reduce((total, [, bytes]) => total + bytes, 0);
    const scratchBytes = Math.max(0, ...sizes.map(([, bytes]) => bytes));
    this.memory = memoryOf(this.regions.length * this.regionBytes + scratchBytes);
    this.kernels = kernelsOver(this.memory);
    const settings = parameterSettings(
      new Map([...parameters].map(([name, { shape }]) => [name, shape])),
      rule,
      groups,
    );
    let offset = 0;
    for (const [name, bytes] of sizes) {
      const { shape, data } = parameters.get(name)!;
      const count = data.length;
      const addresses = ['weight', 'gradient', ...rule.moments].map((region) => this.address(region) + offset);
      const views = this.viewsAt(offset, count);
      this.slots.set(name, { shape, count, offset, bytes, addresses, views, settings: settings.get(name)! });
      for (const region of averages ? ['weight', 'average'] : ['weight']) views.get(region)!.set(data as Float32Array);
      offset += bytes;
    }
  }

  get names(): string[] {
    return [...this.slots.keys()];
  }

  /** How many numbers are trained. */
  get size(): number {
    return [...this.slots.values()].reduce((total, { count }) => total + count, 0);
  }

  shape(name: string): readonly number[] {
    return this.slot(name).shape;
  }

  /** A live view, always the same one: writing to it changes the parameter. */
  view(region: Region, name: string): Float32Array {
    const found = this.slot(name).views.get(region);
    if (!found) throw new Error(`Region "${region}": expected one of ${this.regions.join(', ')}.`);
    return found;
  }

  /** All of a region at once, padding included: for copies of the whole. */
  whole(region: Region): Float32Array {
    return new Float32Array(this.memory.buffer, this.address(region), this.regionBytes / 4);
  }

  /** The part of a copy of a whole region that belongs to one parameter. */
  partOf(whole: Float32Array, name: string): Float32Array {
    const { offset, count } = this.slot(name);
    return whole.subarray(offset / 4, offset / 4 + count);
  }

  /** Adds to the gradient of a parameter, where the first of several micro-batches was set. */
  addGradient(name: string, values: Float32Array): void {
    const { offset, bytes, count } = this.slot(name);
    const at = this.regions.length * this.regionBytes;
    const scratch = new Float32Array(this.memory.buffer, at, bytes / 4);
    scratch.set(values);
    scratch.fill(0, count);
    this.kernels.accumulate(this.address('gradient') + offset, at, bytes);
  }

  /** Euclidean norm of all gradients together. */
  gradientNorm(): number {
    return Math.sqrt(this.kernels.squares(this.address('gradient'), this.regionBytes));
  }

  /** One update of everything from the gradients in the store. */
  update(at: Omit<UpdateAt, 'weightDecay'>): void {
    for (const { addresses, bytes, settings } of this.slots.values()) {
      const learningRate = at.learningRate * settings.learningRateFactor;
      applyRule(
        this.kernels,
        this.rule,
        { addresses, bytes },
        { ...at, learningRate, weightDecay: settings.weightDecay },
      );
    }
  }

  /** Moves the averages towards the weights: average = decay * average + (1 - decay) * weight. */
  average(decay: number): void {
    this.kernels.approach(this.address('average'), this.address('weight'), this.regionBytes, 1 - decay);
  }

  private address(region: Region): number {
    return this.regions.indexOf(region) * this.regionBytes;
  }

  private viewsAt(offset: number, count: number): ReadonlyMap<string, Float32Array> {
    return new Map(
      this.regions.map((region) => [
        region,
        new Float32Array(this.memory.buffer, this.address(region) + offset, count),
      ]),
    );
  }

  private slot(name: string): Slot {
    const slot = this.slots.get(name);
    if (!slot)
      throw new Error(`Parameter "${name}": expected one of the ${this.slots.size} trained, found no such name.`);
    return slot;
  }
}

function paddedBytes(name: string, { type, data }: Tensor): number {
  if (type !== 'float32')
    throw new Error(`Parameter "${name}": expected float32, found ${type}. Only float32 weights are trained.`);
  return Math.ceil(data.byteLength / LANE_BYTES) * LANE_BYTES;
}

function memoryOf(bytes: number): WebAssembly.Memory {
  const pages = Math.max(1, Math.ceil(bytes / PAGE_BYTES));
  if (pages > MAX_PAGES)
    throw new Error(
      `Parameters: expected at most ${MAX_PAGES * PAGE_BYTES} bytes with gradients, moments and averages, found ${bytes}. Freeze some.`,
    );
  return new WebAssembly.Memory({ initial: pages, maximum: pages });
}
