import { kernelsModule } from './kernels-wasm.gen.js';

/** What `kernels.wat` exports. Addresses and sizes are in bytes, at multiples of 16. */
export interface Kernels {
  readonly adamw: UpdateKernel;
  readonly sgd: UpdateKernel;
  readonly lion: UpdateKernel;
  readonly accumulate: (to: number, from: number, bytes: number) => void;
  readonly approach: (...toFromBytesRest: [number, number, number, number]) => void;
  readonly squares: (at: number, bytes: number) => number;
}

/** Addresses of weight, gradient and moments, then the size, then the rule's numbers. */
export type UpdateKernel = (...numbers: number[]) => void;

export const kernelsOver = (memory: WebAssembly.Memory): Kernels =>
  new WebAssembly.Instance(new WebAssembly.Module(Buffer.from(kernelsModule, 'base64')), { engine: { memory } })
    .exports as unknown as Kernels;
