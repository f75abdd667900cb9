import { buildIfChanged } from './build.js';
import { ensureBubblewrap } from './bubblewrap.js';
import { ensureChromium } from './chromium.js';
import { generate, generatedFiles } from './generate.js';
import { Refusal } from './refusal.js';
import { runStages, type Stage } from './stages.js';
import type { Workplace } from './workplace.js';

const nx = (...targets: string[]): string[] => ['run-many', '-t', ...targets, '--outputStyle=static'];

const build: Stage = {
  name: 'build',
  essential: true,
  run: async ({ place, signal }) => {
    try {
      await buildIfChanged({ place, say: (line) => console.log(line), signal });
      return true;
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      console.error(error.message);
      return false;
    }
  },
};
const format: Stage = {
  name: 'format',
  run: ({ tool }) => tool('prettier', ['--check', '.', '--log-level', 'warn']),
};
const lint: Stage = {
  name: 'lint',
  run: ({ tool }) => tool('eslint', ['.', '--max-warnings', '0', '--cache', '--cache-location', '.nx/eslintcache']),
};
const typecheck: Stage = { name: 'types', run: ({ tool }) => tool('nx', [...nx('typecheck'), '--parallel=2']) };
const drift: Stage = { name: 'generated files', run: generatedFiles };
const pure: Stage = { name: 'pure tests', run: ({ tool }) => tool('nx', [...nx('test'), '--parallel=2']) };

/** What a change must pass before it is shown to others: under two minutes. */
export function check(place: Workplace, signal: AbortSignal): Promise<number> {
  return runStages([build, format, lint, typecheck, pure], place, signal);
}

/** Every test there is, browser included; nothing is taken from a cache of earlier results. */
export async function test(place: Workplace, signal: AbortSignal): Promise<number> {
  const chromium = await ensureChromium(place, signal);
  await ensureBubblewrap(place, (line) => console.log(line), signal);
  const everything: Stage[] = [
    build,
    format,
    lint,
    typecheck,
    drift,
    {
      name: 'pure tests',
      run: ({ tool }) => tool('nx', [...nx('test'), '--parallel=2', '--skip-nx-cache', '--exclude-task-dependencies']),
    },
    {
      name: 'database tests',
      run: ({ tool }) => tool('nx', [...nx('test:db'), '--parallel=1', '--exclude-task-dependencies']),
    },
    {
      name: 'end to end',
      run: ({ tool }) =>
        tool('nx', [...nx('e2e'), '--parallel=1', '--exclude-task-dependencies'], { CHROMIUM: chromium }),
    },
  ];
  return await runStages(everything, place, signal);
}

/** `npm run gen`: writes the generated files, which are then committed. */
export function gen(place: Workplace, signal: AbortSignal): Promise<number> {
  return runStages([build, { name: 'generate', run: generate }], place, signal);
}
