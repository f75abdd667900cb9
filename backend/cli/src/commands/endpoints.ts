import { Option } from 'commander';
import { all, answer, PER_PAGE, type Schemas } from '../api.js';
import { UsageError } from '../exit-codes.js';
import { withConnection, type Registrar, type Session } from '../session.js';
import { milliseconds, percent, table } from '../terminal/table.js';
import { listCommand, more, pageOf, when, type PageOptions } from './listing.js';
import { findModel, findVersion } from './models.js';

export type Endpoint = Schemas['Endpoint'];

export async function findEndpoint(session: Session, name: string): Promise<Endpoint | undefined> {
  const endpoints = await all((page) =>
    answer(session.api.GET('/api/endpoints', { params: { query: { page, perPage: PER_PAGE } } })),
  );
  return endpoints.find((endpoint) => endpoint.name === name || endpoint.id === name);
}

/** @throws UsageError when there is none */
export async function endpointNamed(session: Session, name: string): Promise<Endpoint> {
  const found = await findEndpoint(session, name);
  if (!found) throw new UsageError(`endpoint: expected a name or id of graft endpoint list, found ${name}`);
  return answer(session.api.GET('/api/endpoints/{id}', { params: { path: { id: found.id } } }));
}

function endpointLines(endpoint: Endpoint): string[] {
  const milli = (ms: number | null): string => (ms === null ? '' : milliseconds(ms));
  const rows = endpoint.variants.map(({ name, role, weight, modelVersion, serverState, serverMessage, traffic }) => [
    name,
    role,
    percent(weight),
    `${endpoint.modelName}@${modelVersion}`,
    serverMessage === null ? serverState : `${serverState}: ${serverMessage}`,
    String(traffic.requests),
    String(traffic.errors),
    milli(traffic.latencyP50Ms),
    milli(traffic.latencyP95Ms),
  ]);
  const right = (title: string) => ({ title, align: 'right' as const });
  return [
    `${endpoint.name}: ${endpoint.state} (${endpoint.id}), figures of the last 24 hours`,
    ...table(
      [
        { title: 'variant' },
        { title: 'role' },
        right('share'),
        { title: 'version' },
        { title: 'server' },
        ...['requests', 'errors', 'p50', 'p95'].map(right),
      ],
      rows,
    ),
  ];
}

const collect = (value: string, before: string[]): string[] => [...before, value];

/** `NAME=SHARE` pairs, as `native=0.5`. */
export function parseShares(pairs: readonly string[]): { name: string; weight: number }[] {
  return pairs.map((pair) => {
    const [name = '', share = ''] = pair.split('=');
    const weight = Number(share);
    if (name === '' || share === '' || !Number.isFinite(weight))
      throw new UsageError(`traffic: expected NAME=SHARE such as swapped=0.5, found ${pair}`);
    return { name, weight };
  });
}

/** `NAME=MODEL@VERSION:SHARE`; the first one is the control. */
async function parseVariant(session: Session, text: string, index: number) {
  const [, name, reference, share] = /^([^=]+)=([^:]+)(?::(.+))?$/.exec(text) ?? [];
  if (name === undefined || reference === undefined || !Number.isFinite(Number(share)))
    throw new UsageError(`--variant: expected NAME=MODEL@VERSION:SHARE such as native=tagger@2:0.5, found ${text}`);
  const version = await findVersion(session, reference);
  return {
    name,
    modelVersionId: version.id,
    weight: Number(share),
    role: index === 0 ? ('control' as const) : ('treatment' as const),
  };
}

type Metric = Schemas['Metric'];

interface AnalysisOptions {
  stored?: boolean;
  events: string;
  kind: Metric['kind'];
  better: Metric['better'];
}

/** The server knows which events there are and refuses others by name. */
const metricOf = ({ kind, better, events }: AnalysisOptions): Metric => ({
  kind,
  better,
  eventTypes: events.split(',').map((type) => type.trim()) as Metric['eventTypes'],
});

/** What each variant's units did, the check of the split, and the outcome in plain words. */
export function analysisLines(analysis: Schemas['Analysis']): string[] {
  const rows = analysis.variants.map(({ name, role, share, n, mean }) => [
    name,
    role,
    percent(share),
    String(n),
    mean.toPrecision(4),
  ]);
  const { sampleRatio } = analysis;
  return [
    ...table(
      [
        { title: 'variant' },
        { title: 'role' },
        { title: 'share', align: 'right' },
        { title: 'units', align: 'right' },
        { title: 'mean', align: 'right' },
      ],
      rows,
    ),
    ...(sampleRatio ? [`sample ratio: p = ${sampleRatio.pValue.toPrecision(3)}`] : []),
    `${analysis.outcome}: ${analysis.sentence}`,
  ];
}

export function registerEndpoints({ program, serve }: Registrar): void {
  const endpoint = program.command('endpoint').description('serving addresses with variants behind them');

  listCommand(endpoint, 'endpoints').action(
    serve(async (session, options: PageOptions) => {
      const found = await answer(session.api.GET('/api/endpoints', { params: { query: pageOf(options) } }));
      const rows = found.items.map((each) => [
        each.name,
        each.variants.map(({ name, weight }) => `${name} ${percent(weight, 0)}`).join(', '),
        when(each.createdAt),
        each.id,
      ]);
      session.output.result(found, () => [
        ...table(
          [{ title: 'endpoint' }, { title: 'traffic' }, { title: 'made (UTC)' }, { title: 'id' }],
          rows,
          'no endpoint yet: graft endpoint create',
        ),
        ...more(rows.length, found.total),
      ]);
    }),
  );

  withConnection(endpoint.command('create <name>'))
    .description('serve versions of a model behind one address; the first variant is the control')
    .requiredOption('--model <name>', 'the model whose champion the endpoint stands for')
    .requiredOption('--variant <spec>', 'NAME=MODEL@VERSION:SHARE, once for each variant', collect, [])
    .action(
      serve(async (session, name: string, options: { model: string; variant: string[] }) => {
        const variants = await Promise.all(options.variant.map((text, i) => parseVariant(session, text, i)));
        const model = await findModel(session, options.model);
        const made = await answer(session.api.POST('/api/endpoints', { body: { name, modelId: model.id, variants } }));
        session.output.result(made, () => endpointLines(made));
      }),
    );

  withConnection(endpoint.command('show <name>'))
    .description('variants, traffic and servers of an endpoint')
    .action(
      serve(async (session, name: string) => {
        const found = await endpointNamed(session, name);
        session.output.result(found, () => endpointLines(found));
      }),
    );

  withConnection(endpoint.command('traffic <name> <shares...>'))
    .description('set the shares of traffic, e.g. native=0.5 swapped=0.5')
    .action(
      serve(async (session, name: string, shares: string[]) => {
        const found = await endpointNamed(session, name);
        const changed = await answer(
          session.api.PUT('/api/endpoints/{id}/traffic', {
            params: { path: { id: found.id } },
            body: { variants: parseShares(shares) },
          }),
        );
        session.output.result(changed, () => endpointLines(changed));
      }),
    );

  withConnection(endpoint.command('analysis <name>'))
    .description('compute and show the A/B analysis: 0 pass, 1 fail, 3 inconclusive')
    .option('--stored', 'show the last one instead of computing a new one')
    .option('--events <types>', 'what counts, separated by commas', 'save,click-out,purchase')
    .addOption(
      new Option('--kind <kind>', 'share of units that did it, or mean of the summed values per unit')
        .choices(['conversion', 'mean'])
        .default('conversion'),
    )
    .addOption(new Option('--better <direction>', 'what is better').choices(['higher', 'lower']).default('higher'))
    .action(
      serve(async (session, name: string, options: AnalysisOptions) => {
        const path = { id: (await endpointNamed(session, name)).id };
        const found = await answer(
          options.stored
            ? session.api.GET('/api/endpoints/{id}/analysis', { params: { path } })
            : session.api.POST('/api/endpoints/{id}/analyses', {
                params: { path },
                body: { metric: metricOf(options) },
              }),
        );
        session.output.result(found, () => analysisLines(found));
        return found.outcome;
      }),
    );
}
