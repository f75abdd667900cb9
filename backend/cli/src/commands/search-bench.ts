import { Option } from 'commander';
import { exitCodes } from '../exit-codes.js';
import { DataMissing } from '../main-job/sources.js';
import { runSearchBench, searchBenchLines } from '../search-bench/bench.js';
import { searchSources } from '../search-bench/sources.js';
import { withConnection, type Registrar } from '../session.js';
import { benchGroup } from './bench-group.js';

export function registerSearchBench({ program, serve }: Registrar): void {
  withConnection(benchGroup(program).command('search'))
    .description(
      `recall, latency and switches of visual search; exit ${exitCodes.inconclusive} when the data is not there`,
    )
    .addOption(
      new Option('--data <name>', 'what to run on')
        .choices(Object.keys(searchSources))
        .default('fashion-product-images'),
    )
    .action(
      serve(async (session, { data }: { data: string }) => {
        try {
          const report = await runSearchBench(session, searchSources[data]!);
          session.output.result(report, () => searchBenchLines(report));
          return 'pass';
        } catch (error) {
          if (!(error instanceof DataMissing)) throw error;
          session.output.note(error.message);
          return 'inconclusive';
        }
      }),
    );
}
