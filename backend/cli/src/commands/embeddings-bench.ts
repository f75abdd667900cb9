import { InvalidArgumentError, Option } from 'commander';
import { embeddingsBenchLines, runEmbeddingsBench } from '../embeddings-bench/bench.js';
import { embeddingsSources } from '../embeddings-bench/sources.js';
import { exitCodes, UsageError } from '../exit-codes.js';
import { DataMissing } from '../main-job/sources.js';
import { withConnection, type Registrar } from '../session.js';
import { benchGroup } from './bench-group.js';

const epochsOf = (text: string): number => {
  const epochs = Number(text);
  if (!(epochs > 0)) throw new InvalidArgumentError(`expected a number above 0, found ${text}`);
  return epochs;
};

export function registerEmbeddingsBench({ program, serve }: Registrar): void {
  withConnection(benchGroup(program).command('embeddings'))
    .description(
      `retrieval by texts and pictures of a dual encoder; exit ${exitCodes.inconclusive} when the data is not there`,
    )
    .addOption(
      new Option('--data <name>', 'what to run on')
        .choices(Object.keys(embeddingsSources))
        .default('fashion-product-images'),
    )
    .addOption(
      new Option(
        '--epochs <number>',
        'passes over the training pictures, to try the way; without it as published',
      ).argParser(epochsOf),
    )
    .action(
      serve(async (session, { data, epochs }: { data: string; epochs?: number }) => {
        const source = embeddingsSources[data];
        if (!source) throw new UsageError(`--data: expected one of ${Object.keys(embeddingsSources).join(', ')}`);
        try {
          const report = await runEmbeddingsBench(session, source, epochs ?? null);
          session.output.result(report, () => embeddingsBenchLines(report));
          return 'pass';
        } catch (error) {
          if (!(error instanceof DataMissing)) throw error;
          session.output.note(error.message);
          return 'inconclusive';
        }
      }),
    );
}
