import type { InferenceSession } from 'onnxruntime-node';

/** How every session that computes is opened. */
export const sessionOptions = (threads: number): InferenceSession.SessionOptions => ({
  intraOpNumThreads: threads,
  interOpNumThreads: 1,
  // As fast without, and a third less memory.
  enableMemPattern: false,
  // Threads that spin while they wait take the processor from whoever shares it: a step took 1.5 times as long on a busy machine.
  extra: { session: { intra_op: { allow_spinning: '0' } } },
  logSeverityLevel: 3,
});
