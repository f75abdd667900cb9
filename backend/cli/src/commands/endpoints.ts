import { all, answer, PER_PAGE, type Schemas } from '../api.js';
import { UsageError, type Verdict } from '../exit-codes.js';
import { withConnection, type Registrar, type Session } from '../session.js';
import { percent, table } from '../terminal/table.js';
import { listCommand, more, pageOf, when, type PageOptions } from './listing.js';
import { findModel, findVersion } from './models.js';

export type Endpoint = Schemas['Endpoint'];

export async function findEndpoint(session: Session, name: string): Promise<Endpoint | undefined> {
  const endpoints = await all((page) =>
    answer(session.api.GET('/api/endpoints', { params: { query: { page, perPage: PER_PAGE } } })),
  );
  return endpoints.find((endpoint) => endpoint.name === name || endpoint.id === name);
}

async function endpointNamed(session: Session, name: string): Promise<Endpoint> {
  const found = await findEndpoint(session, name);
  if (!found) throw new UsageError(`endpoint: expected a name or id of graft endpoint list, found ${name}`);
  return answer(session.api.GET('/api/endpoints/{id}', { params: { path: { id: found.id } } }));
}

export function endpointLines(endpoint: Endpoint): string[] {
  const rows = endpoint.variants.map((variant) => [
    variant.name,
    variant.role,
    percent(variant.weight),
    variant.modelVersionId,
  ]);
  return [
    `${endpoint.name} (${endpoint.id})`,
    ...table(
      [{ title: 'variant' }, { title: 'role' }, { title: 'share', align: 'right' }, { title: 'model version' }],
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

const verdictOf = (outcome: Verdict): Verdict => outcome;

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
    .action(
      serve(async (session, name: string, { stored }: { stored?: boolean }) => {
        const path = { id: (await endpointNamed(session, name)).id };
        const found = await answer(
          stored
            ? session.api.GET('/api/endpoints/{id}/analysis', { params: { path } })
            : session.api.POST('/api/endpoints/{id}/analyses', { params: { path }, body: {} }),
        );
        session.output.result(found, () => [`${found.outcome}: ${found.sentence}`]);
        return verdictOf(found.outcome);
      }),
    );
}
