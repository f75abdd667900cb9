import type { Tensor } from '../tensors/tensor.js';
import { adamWStep, type AdamWBuffers, type AdamWOptions } from './adamw.js';
import { adamWModule } from './adamw-wasm.gen.js';

const PAGE_BYTES = 65_536;
/** A WebAssembly memory with 32-bit addresses. */
const MAX_PAGES = 65_536;
/** What the kernel handles at once; every parameter begins and ends on this boundary. */
const LANE_BYTES = 16;

interface Slot {
  readonly shape: readonly number[];
  readonly count: number;
  /** Byte offset inside each of the four regions. */
  readonly offset: number;
  readonly bytes: number;
}

interface Kernel {
  readonly update: (...addressesThenNumbers: number[]) => void;
  readonly squares: (address: number, bytes: number) => number;
}

/**
 * Weights, gradients and both AdamW moments of all trained parameters in one private WebAssembly memory: onnxruntime reads the
 * weights from there without a copy, the kernel updates them in place. (onnxruntime refuses shared memory.)
 */
export class ParameterStore {
  private readonly memory: WebAssembly.Memory;
  private readonly kernel: Kernel;
  private readonly slots = new Map<string, Slot>();
  private readonly regionBytes: number;

  /** Throws where a parameter is not float32 or all of them need more than 4 GiB (16 bytes for each number). */
  constructor(parameters: ReadonlyMap<string, Tensor>) {
    let offset = 0;
    for (const [name, { type, shape, data }] of parameters) {
      if (type !== 'float32')
        throw new Error(`Parameter "${name}": expected float32, found ${type}. Only float32 weights are trained.`);
      const bytes = Math.ceil(data.byteLength / LANE_BYTES) * LANE_BYTES;
      this.slots.set(name, { shape, count: data.length, offset, bytes });
      offset += bytes;
    }
    this.regionBytes = offset;
    const pages = Math.max(1, Math.ceil((4 * offset) / PAGE_BYTES));
    if (pages > MAX_PAGES)
      throw new Error(
        `Parameters: expected at most ${MAX_PAGES * PAGE_BYTES} bytes with gradients and moments, found ${4 * offset}. Freeze some.`,
      );
    this.memory = new WebAssembly.Memory({ initial: pages, maximum: pages });
    const module = new WebAssembly.Module(Buffer.from(adamWModule, 'base64'));
    this.kernel = new WebAssembly.Instance(module, { engine: { memory: this.memory } }).exports as unknown as Kernel;
    for (const [name, { data }] of parameters) this.buffers(name).weight.set(data as Float32Array);
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

  /** Live views: writing to them changes the parameter. */
  buffers(name: string): AdamWBuffers {
    const { offset, count } = this.slot(name);
    const view = (region: number) => new Float32Array(this.memory.buffer, region * this.regionBytes + offset, count);
    return { weight: view(0), gradient: view(1), firstMoment: view(2), secondMoment: view(3) };
  }

  /** Euclidean norm of all gradients together. */
  gradientNorm(): number {
    return Math.sqrt(this.kernel.squares(this.regionBytes, this.regionBytes));
  }

  /** One AdamW update of everything from the gradients in the store; `step` counts from 1. */
  update(options: AdamWOptions, at: { step: number; learningRate: number; gradientScale: number }): void {
    for (const { shape, offset, bytes } of this.slots.values()) {
      const scalars = adamWStep(options, { ...at, decays: shape.length >= 2 });
      const addresses = [0, 1, 2, 3].map((region) => region * this.regionBytes + offset);
      const { beta1, beta2, epsilon, rate, secondMomentScale, decay, gradientScale } = scalars;
      this.kernel.update(...addresses, bytes, beta1, beta2, epsilon, rate, secondMomentScale, decay, gradientScale);
    }
  }

  private slot(name: string): Slot {
    const slot = this.slots.get(name);
    if (!slot)
      throw new Error(`Parameter "${name}": expected one of the ${this.slots.size} trained, found no such name.`);
    return slot;
  }
}
