// `npm test` and `npm run check`: stages in a row, each with its time, and one line at the end that sums the tests.
import path from 'node:path';
import { spawnOwned } from './owned-process.js';
import { countTests } from './test-count.js';
import type { Workplace } from './workplace.js';

export interface Stage {
  name: string;
  /** Prints to the terminal and answers whether it is content. Its output is searched for closing lines of test runners. */
  run: (stage: StageContext) => Promise<boolean>;
  /** The stages after it make no sense when it failed. */
  essential?: boolean;
}

export interface StageContext {
  place: Workplace;
  signal: AbortSignal;
  /** Runs a program of node_modules/.bin, or any by path, in the checkout. */
  tool: (program: string, args: readonly string[], environment?: NodeJS.ProcessEnv) => Promise<boolean>;
}

/** @returns the exit code: 0 when every stage was content and no test failed */
export async function runStages(stages: readonly Stage[], place: Workplace, signal: AbortSignal): Promise<number> {
  const times: string[] = [];
  const broken: string[] = [];
  let output = '';
  const tool: StageContext['tool'] = async (program, args, environment = {}) => {
    const running = spawnOwned(
      program.includes('/') ? program : path.join(place.root, 'node_modules/.bin', program),
      args,
      {
        cwd: place.root,
        env: { ...place.environment, ...environment },
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    );
    const stop = (): void => void running.stop();
    signal.addEventListener('abort', stop, { once: true });
    running.child.stdout?.on('data', (chunk: Buffer) => {
      output += chunk.toString();
      process.stdout.write(chunk);
    });
    running.child.stderr?.on('data', (chunk: Buffer) => process.stderr.write(chunk));
    const code = await running.exited;
    signal.removeEventListener('abort', stop);
    signal.throwIfAborted();
    return code === 0;
  };

  for (const { name, run, essential = false } of stages) {
    console.log(`\n== ${name}`);
    const started = Date.now();
    const content = await run({ place, signal, tool });
    times.push(`${((Date.now() - started) / 1000).toFixed(1).padStart(7)} s  ${name}${content ? '' : '  FAILED'}`);
    if (!content) broken.push(name);
    if (!content && essential) break;
  }
  const { passed, failed } = countTests(output);
  console.log(`\n${times.join('\n')}\n`);
  if (broken.length > 0) console.log(`Failed: ${broken.join(', ')}.`);
  console.log(`${passed} passed, ${failed} failed`);
  return broken.length === 0 && failed === 0 ? 0 : 1;
}
