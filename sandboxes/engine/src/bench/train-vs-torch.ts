// A training step here and in PyTorch, interleaved: both processes wait side by side, blocks of steps alternate, the order turns each round.
// Arguments: --rounds=N (default 15), --threads=N (default 2), --only=mlp,vit, --json.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { saveModel } from '../model/files.js';
import { elementCount, float32, type Tensor } from '../tensors/tensor.js';
import { writeSafetensors } from '../tensors/safetensors.js';
import { compareInference } from './inference.js';
import { environmentOf, medianOf, runBench, type Figure } from './report.js';
import { Side, type Block } from './side.js';
import { requireTorch, requireTuned, torchCommand, tuning, type TorchReady } from './torch.js';
import { batchesOf, optimizer, workloadNames, workloads, type Workload, type WorkloadName } from './workloads.js';

/** Both losses must agree this closely over the first steps, relative to the loss: float32 in another order of additions. */
const TOLERANCE = 1e-4;
const COMPARED_STEPS = 8;

interface Comparison {
  readonly figures: readonly Figure[];
  readonly peer: TorchReady;
}

async function compare(
  name: WorkloadName,
  { rounds, threads }: { rounds: number; threads: number },
): Promise<Comparison> {
  const workload: Workload = workloads[name];
  const folder = await mkdtemp(join(tmpdir(), 'graft-bench-'));
  try {
    await saveModel(workload.model(), join(folder, 'network.onnx'));
    await writeSafetensors(join(folder, 'batches.safetensors'), batchesOf(workload));
    const script = fileURLToPath(new URL('training-side.js', import.meta.url));
    const own = await Side.start([process.execPath, script, name, folder, String(threads)], {});
    await using graft = own.side;
    const peer = await Side.start<TorchReady>(
      torchCommand(name, folder, String(threads), JSON.stringify(optimizer)),
      tuning(threads),
    );
    await using torch = peer.side;
    requireTuned(peer.ready, threads);
    refuseDisagreement(name, await graft.block(COMPARED_STEPS), await torch.block(COMPARED_STEPS));
    const figures = await measure(name, { graft, torch, rounds, steps: workload.stepsPerBlock });
    return { figures, peer: peer.ready };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function refuseDisagreement(name: string, graft: Block, torch: Block): void {
  const worst = Math.max(...graft.losses.map((loss, step) => Math.abs(loss - torch.losses[step]!) / Math.abs(loss)));
  if (!(worst <= TOLERANCE))
    throw new Error(
      `${name}: expected losses that agree within ${TOLERANCE}, found ${graft.losses.join(' ')} here and ${torch.losses.join(' ')} in PyTorch.`,
    );
  console.error(`${name}: losses of ${COMPARED_STEPS} steps agree within ${worst.toExponential(1)}`);
}

async function measure(
  name: string,
  { graft, torch, rounds, steps }: { graft: Side; torch: Side; rounds: number; steps: number },
): Promise<Figure[]> {
  const pairs: { graft: number; torch: number }[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const pair = { graft: NaN, torch: NaN };
    const sides = [['graft', graft] as const, ['torch', torch] as const];
    for (const [key, side] of round % 2 === 0 ? sides : sides.reverse())
      pair[key] = median((await side.block(steps)).milliseconds);
    pairs.push(pair);
  }
  const [ownMemory, peerMemory] = [graft.peakMemory(), torch.peakMemory()];
  return [
    medianOf(
      name,
      'PyTorch time / Graft time',
      pairs.map((pair) => pair.torch / pair.graft),
    ),
    medianOf(
      `${name}_graft_ms`,
      'ms a step',
      pairs.map((pair) => pair.graft),
    ),
    medianOf(
      `${name}_torch_ms`,
      'ms a step',
      pairs.map((pair) => pair.torch),
    ),
    once(`${name}_memory`, 'Graft peak / PyTorch peak', ownMemory / peerMemory),
    once(`${name}_graft_mib`, 'MiB at most', ownMemory),
    once(`${name}_torch_mib`, 'MiB at most', peerMemory),
  ];
}

const median = (values: readonly number[]): number => medianOf('median', '', values).value;
const once = (name: string, unit: string, value: number): Figure => medianOf(name, unit, [value]);

/** Eight pictures of the ViT's first batch. */
function eightPictures(): Tensor {
  const { shape, data } = batchesOf(workloads.vit).get('0.patches')!;
  const size = elementCount(shape.slice(1));
  return float32([8, ...shape.slice(1)], data.subarray(0, 8 * size) as Float32Array);
}

/** The value of `--name=value`. */
const option = (args: readonly string[], name: string): string | undefined =>
  args.find((argument) => argument.startsWith(`--${name}=`))?.slice(name.length + 3);

await runBench('train-vs-torch', async (args) => {
  await requireTorch();
  const [rounds, threads] = [Number(option(args, 'rounds') ?? 15), Number(option(args, 'threads') ?? 2)];
  const only = option(args, 'only')?.split(',');
  const comparisons: Comparison[] = [];
  for (const name of workloadNames.filter((name) => only?.includes(name) ?? true)) {
    console.error(`${name}: ${workloads[name].title}`);
    comparisons.push(await compare(name, { rounds, threads }));
  }
  const [first] = comparisons;
  if (!first) throw new Error(`--only: expected some of ${workloadNames.join(', ')}, found "${only?.join(',')}".`);
  console.error('inference: the ViT, batch 8, against onnxruntime-node alone');
  const inference = await compareInference(
    workloads.vit.model(),
    { name: 'patches', value: eightPictures() },
    { rounds, threads },
  );
  const { torch, blas } = first.peer;
  return {
    figures: [...comparisons.flatMap(({ figures }) => figures), ...inference],
    environment: environmentOf({
      threads: String(threads),
      torch,
      blas: blas.config,
      tuning: Object.entries(tuning(threads))
        .map((entry) => entry.join('='))
        .join(' '),
      spread: '2.5 and 97.5 percentile of the rounds',
    }),
  };
});
