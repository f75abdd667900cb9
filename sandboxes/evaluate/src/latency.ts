import type { DatasetItem, EvaluationReport } from '@graft/protocol';
import { type Dataset, decodeItems, permutation, pictureBytes, PixelScaler, Random } from '@graft/runner';
import type { Candidate, EvaluateContext } from './candidate.js';
import { lookUp } from './evidence.js';
import { percentileInterval, quantile } from './statistics/bootstrap.js';

/** Requests are repeated until a block takes about this long: the clock of CPU time is too coarse for a single quick one. */
const BLOCK_MS = 8;
const MAX_REPEATS = 50;
const WARM_UP_REQUESTS = 5;
const MS_PER_HOUR = 3_600_000;

/** One block of equal requests: one candidate at one size in one round. */
interface Block {
  readonly latenciesMs: readonly number[];
  readonly cpuMsPerRequest: number;
}

/** Serves one request for these items from the moment the items are known to the moment their labels are. */
type Serve = () => Promise<unknown>;

interface Contestant {
  readonly candidate: Candidate;
  /** Makes everything ready that a native server could have ready: its pixels are decoded and in one batch. */
  prepare(items: readonly number[]): Serve;
}

interface Cell {
  readonly contestant: Contestant;
  readonly size: number;
  readonly repeats: number;
  readonly blocks: Block[];
}

export interface LatencyFigures {
  readonly latency: EvaluationReport['latency'];
  readonly ratios: EvaluationReport['ratios'];
}

/**
 * Times every candidate at every request size, interleaved: each round visits all of them in a new random order, so that a busy
 * moment of the machine hits all alike. `items` are the held-out items; every candidate is asked about the same ones in a round.
 */
export async function measureLatency(
  context: EvaluateContext,
  dataset: Dataset,
  items: readonly DatasetItem[],
  candidates: readonly Candidate[],
): Promise<LatencyFigures> {
  const { imagesPerRequest: sizes, rounds, pricePerCpuHour } = context.input;
  const random = Random.derive(context.task.seed, 3003);
  const contestants = await Promise.all(candidates.map((candidate) => contestantOf(dataset, items, candidate)));
  const draw = (size: number): number[] => Array.from({ length: size }, () => random.below(items.length));
  const cells: Cell[] = [];
  for (const contestant of contestants) {
    for (const size of sizes)
      cells.push({ contestant, size, repeats: await calibrate(contestant.prepare(draw(size))), blocks: [] });
  }
  for (let round = 0; round < rounds; round += 1) {
    const requests = new Map(sizes.map((size) => [size, draw(size)]));
    for (const index of permutation(cells.length, random)) {
      const cell = cells[index] as Cell;
      cell.blocks.push(await timeBlock(cell.contestant.prepare(requests.get(cell.size) as number[]), cell.repeats));
      await context.breathe();
    }
    context.progress(0.5 + (0.5 * (round + 1)) / rounds, 'measuring latency', `round ${round + 1} of ${rounds}`);
  }
  return { latency: cells.map((cell) => pointOf(cell, pricePerCpuHour)), ratios: ratiosOf(cells, sizes) };
}

async function contestantOf(
  dataset: Dataset,
  items: readonly DatasetItem[],
  candidate: Candidate,
): Promise<Contestant> {
  const { source } = candidate;
  if (source.kind === 'vectors') {
    const { snapshot } = source;
    const ids = items.map((item) => item.id);
    return {
      candidate,
      prepare: (indices) => {
        const requested = indices.map((index) => ids[index] as string);
        return () => candidate.answer(lookUp(snapshot, requested), requested.length);
      },
    };
  }
  const { preprocessing } = source;
  const size = pictureBytes(preprocessing);
  const pictures: Uint8Array[] = [];
  for await (const picture of decodeItems(dataset, items, preprocessing)) pictures.push(picture);
  const scaler = new PixelScaler(preprocessing);
  return {
    candidate,
    prepare: (indices) => {
      const pixels = new Float32Array(indices.length * size);
      for (const [slot, index] of indices.entries()) scaler.write(pictures[index] as Uint8Array, pixels, slot * size);
      return () => candidate.answer(pixels, indices.length);
    },
  };
}

/** Warms a candidate up at one size and says how many of its requests fill a block. */
async function calibrate(serve: Serve): Promise<number> {
  for (let request = 0; request < WARM_UP_REQUESTS; request += 1) await serve();
  const { latenciesMs } = await timeBlock(serve, WARM_UP_REQUESTS);
  return Math.min(MAX_REPEATS, Math.max(1, Math.round(BLOCK_MS / median(latenciesMs))));
}

async function timeBlock(serve: Serve, repeats: number): Promise<Block> {
  // One request off the clock: the block before it may have been another model's, and its data is what the caches hold.
  await serve();
  const latenciesMs: number[] = [];
  const cpuBefore = process.cpuUsage();
  for (let request = 0; request < repeats; request += 1) {
    const began = performance.now();
    await serve();
    latenciesMs.push(performance.now() - began);
  }
  const { user, system } = process.cpuUsage(cpuBefore);
  return { latenciesMs, cpuMsPerRequest: (user + system) / 1000 / repeats };
}

function pointOf({ contestant, size, blocks }: Cell, pricePerCpuHour: number): EvaluationReport['latency'][number] {
  const latencies = blocks.flatMap((block) => block.latenciesMs).sort((a, b) => a - b);
  const cpuMs = blocks.reduce((sum, block) => sum + block.cpuMsPerRequest, 0) / blocks.length;
  return {
    candidate: contestant.candidate.name,
    imagesPerRequest: size,
    n: latencies.length,
    p50Ms: quantile(latencies, 0.5),
    p95Ms: quantile(latencies, 0.95),
    cpuMsPerRequest: cpuMs,
    costPer1000: ((1000 * cpuMs) / MS_PER_HOUR) * pricePerCpuHour,
  };
}

/** native / swapped of each round, then the median over rounds: a slow round slows both sides of its own ratio. */
function ratiosOf(cells: readonly Cell[], sizes: readonly number[]): EvaluationReport['ratios'] {
  const native =
    cells.find(({ contestant }) => roleOf(contestant) === 'fine-tuned') ??
    cells.find(({ contestant }) => roleOf(contestant) === 'stock');
  const swapped = cells.find(({ contestant }) => roleOf(contestant) === 'swapped');
  if (!native || !swapped) return [];
  return sizes.map((size) => {
    const blocksOf = (contestant: Contestant): Block[] =>
      cells.find((cell) => cell.contestant === contestant && cell.size === size)?.blocks ?? [];
    const slow = blocksOf(native.contestant);
    const fast = blocksOf(swapped.contestant);
    const ratio = (figure: (block: Block) => number) => {
      const perRound = slow.map((block, round) => figure(block) / figure(fast[round] as Block));
      return percentileInterval(median(perRound), perRound, perRound.length);
    };
    return {
      imagesPerRequest: size,
      rounds: slow.length,
      latency: ratio((block) => median(block.latenciesMs)),
      // A block that the clock of CPU time did not notice counts as its smallest tick, a microsecond.
      cost: ratio((block) => Math.max(block.cpuMsPerRequest, 0.001)),
    };
  });
}

function roleOf({ candidate }: Contestant): string {
  return candidate.description.role;
}

function median(values: readonly number[]): number {
  return quantile(
    [...values].sort((a, b) => a - b),
    0.5,
  );
}
