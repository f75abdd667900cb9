// The engine's side of a comparison, a process of its own. Reads "<steps>" line by line, answers {"losses", "milliseconds"} of as many steps.
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { loadModel } from '../model/files.js';
import type { TensorData } from '../tensors/tensor.js';
import { Trainer } from '../training/trainer.js';
import {
  BATCHES,
  batchesOf,
  objectiveOf,
  optimizer,
  workloads,
  type Workload,
  type WorkloadName,
} from './workloads.js';

const [name, folder, threads] = process.argv.slice(2) as [WorkloadName, string, string];
const workload: Workload = workloads[name];
const { learningRate, ...adamW } = optimizer;
const trainer = await Trainer.create({
  models: { network: await loadModel(join(folder, 'network.onnx')) },
  objective: (graph, { network }) => objectiveOf(workload, graph, network),
  optimizer: adamW,
  threads: Number(threads),
});
const tensors = batchesOf(workload);
const batches = Array.from({ length: BATCHES }, (_, batch) => {
  const data = (port: string): TensorData => tensors.get(`${batch}.${port}`)!.data;
  return { [workload.input.name]: data(workload.input.name), labels: data('labels') };
});
console.log(JSON.stringify({ ready: { parameters: trainer.parameterCount } }));

for await (const line of createInterface({ input: process.stdin })) {
  const losses: number[] = [];
  const milliseconds: number[] = [];
  for (let step = 0; step < Number(line); step += 1) {
    const started = performance.now();
    const { loss } = await trainer.step(batches[trainer.stepsDone % BATCHES]!, learningRate);
    milliseconds.push(performance.now() - started);
    losses.push(loss);
  }
  console.log(JSON.stringify({ losses, milliseconds }));
}
await trainer.release();
