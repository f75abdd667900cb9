// Trains a small network again and again, kills the process several times at random moments, resumes it, and compares the bytes it
// ends with to those of an unbroken run. Usage: node resume.js [--json] [--trials N]
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { fingerprint, runTraining } from './killed-training.js';
import { environmentOf, runBench, share } from './report.js';

const program = fileURLToPath(new URL('resume-training.js', import.meta.url));
/** More than early runs need to the end: a trial that is always killed would not end. */
const KILLS = { least: 2, most: 4 };

interface Kills {
  readonly total: number;
  readonly halfWritten: number;
}

interface Trial extends Kills {
  readonly identical: boolean;
}

const count = (name: string, value: number, n: number) => ({ name, value, unit: 'kills', n, low: value, high: value });

/** Kills and resumes a training at random moments, then lets it end. Every second kill waits for a checkpoint to be written. */
async function brokenTraining(folder: string, milliseconds: number): Promise<Kills> {
  const wanted = KILLS.least + Math.floor(Math.random() * (KILLS.most - KILLS.least + 1));
  const found = { total: 0, halfWritten: 0 };
  for (let kill = 0; kill < wanted; kill += 1) {
    const ending = await runTraining(program, folder, {
      at: (Math.random() * milliseconds) / 2,
      insideCheckpoint: kill % 2 === 1,
    });
    if (!ending.killed) return found;
    found.total += 1;
    if (ending.halfWritten) found.halfWritten += 1;
  }
  await runTraining(program, folder);
  return found;
}

await runBench('resume', async (args) => {
  const { values } = parseArgs({ args: [...args], options: { json: { type: 'boolean' }, trials: { type: 'string' } } });
  const trials = Number(values.trials ?? 20);
  if (!Number.isInteger(trials) || trials < 1)
    throw new Error(`--trials: expected a whole number from 1 on, found ${values.trials}.`);
  const root = await mkdtemp(join(tmpdir(), 'graft-resume-'));
  try {
    const unbroken = join(root, 'unbroken');
    const { milliseconds, steps } = await runTraining(program, unbroken);
    const expected = await fingerprint(unbroken);
    console.error(`unbroken: ${steps} steps in ${Math.round(milliseconds)} ms`);
    const results: Trial[] = [];
    for (let trial = 1; trial <= trials; trial += 1) {
      const folder = join(root, `trial-${trial}`);
      const kills = await brokenTraining(folder, milliseconds);
      const identical = (await fingerprint(folder)) === expected;
      console.error(
        `trial ${trial}: ${kills.total} kills, ${kills.halfWritten} inside a checkpoint, ${identical ? 'identical' : 'DIFFERENT'}`,
      );
      results.push({ ...kills, identical });
      await rm(folder, { recursive: true, force: true });
    }
    const sum = (count: (result: Trial) => number): number =>
      results.reduce((total, result) => total + count(result), 0);
    return {
      figures: [
        { name: 'trials', value: trials, unit: 'trainings', n: trials, low: trials, high: trials },
        share(
          'identical',
          sum(({ identical }) => Number(identical)),
          trials,
        ),
        count(
          'kills',
          sum(({ total }) => total),
          trials,
        ),
        count(
          'kills_inside_checkpoint',
          sum(({ halfWritten }) => halfWritten),
          trials,
        ),
      ],
      environment: environmentOf({ threads: '2', steps: String(steps) }),
    };
  } finally {
    await rm(root, { recursive: true, force: true });
  }
});
