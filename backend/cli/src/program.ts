import { Command, CommanderError } from 'commander';
import { registerSearchBench } from './commands/search-bench.js';
import { registerDatasets } from './commands/datasets.js';
import { registerEmbeddingsBench } from './commands/embeddings-bench.js';
import { registerEndpoints } from './commands/endpoints.js';
import { registerExperiments } from './commands/experiments.js';
import { registerLogin } from './commands/login.js';
import { registerMainJob } from './commands/main-job.js';
import { registerModels } from './commands/models.js';
import { registerPlatform } from './commands/platform.js';
import { registerRollouts } from './commands/rollouts.js';
import { registerRuns } from './commands/runs.js';
import { registerSearch } from './commands/search.js';
import { registerSearchIndexes } from './commands/search-indexes.js';
import { registerSpaces } from './commands/spaces.js';
import { exitCodes, UsageError } from './exit-codes.js';
import { GraftProblem } from '@graft/client';
import { exitCodeOf, openSession, outputOf, type Registrar, type Terminal } from './session.js';

/** Commander calls a handler with the arguments, the options and itself. */
const commandIn = (args: readonly unknown[]): Command => {
  const command = args.find((arg) => arg instanceof Command);
  if (!command) throw new TypeError('an action was called without its command');
  return command;
};

export function buildProgram(terminal: Terminal, end: (code: number) => void): Command {
  const program = new Command('graft')
    .description("Swap a model's vision encoder for your own precomputed embeddings, prove it, serve it, promote it.")
    .version('0.1.0')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => void terminal.out.write(text),
      writeErr: (text) => void terminal.err.write(text),
    })
    .showHelpAfterError('run with --help to see how it is used')
    .addHelpText('after', '\nExit codes: 0 pass, 1 fail, 2 usage, 3 inconclusive.');
  const run: Registrar['run'] =
    (handler) =>
    async (...args) => {
      const command = commandIn(args);
      const output = outputOf(command, terminal);
      try {
        end(
          exitCodeOf(await handler({ command, output, terminal }, ...(args.slice(0, args.indexOf(command)) as never))),
        );
      } catch (error) {
        if (!(error instanceof GraftProblem)) throw error;
        output.failure(error);
        end(exitCodes.fail);
      }
    };
  const serve: Registrar['serve'] = (handler) =>
    run(async ({ command }, ...args) => handler(await openSession(command, terminal), ...(args as never)));
  const registrar: Registrar = { program, run, serve };
  for (const register of [
    registerLogin,
    registerDatasets,
    registerExperiments,
    registerRuns,
    registerModels,
    registerSpaces,
    registerSearchIndexes,
    registerSearch,
    registerEndpoints,
    registerRollouts,
    registerPlatform,
    registerMainJob,
    registerSearchBench,
    registerEmbeddingsBench,
  ])
    register(registrar);
  return program;
}

/** Runs one command line. @returns the exit code: 0 pass, 1 fail, 2 usage, 3 inconclusive. */
export async function runCommandLine(args: readonly string[], terminal: Terminal): Promise<number> {
  let code: number = exitCodes.pass;
  try {
    await buildProgram(terminal, (ended) => (code = ended)).parseAsync(args, { from: 'user' });
    return code;
  } catch (error) {
    // Commander has printed its own message; asking for help or the version is no mistake.
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.pass : exitCodes.usage;
    terminal.err.write(`error: ${error instanceof Error ? error.message : String(error)}\n`);
    return error instanceof UsageError ? exitCodes.usage : exitCodes.fail;
  }
}
