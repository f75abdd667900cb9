import { readFile } from 'node:fs/promises';
import { Option } from 'commander';
import { answer, type Schemas } from '../api.js';
import { UsageError } from '../exit-codes.js';
import { withConnection, type Registrar } from '../session.js';
import { milliseconds, table } from '../terminal/table.js';
import { searchIndexNamed } from './search-indexes.js';

type Question = Schemas['SearchRequest'];

interface SearchOptions {
  picture?: string;
  item?: string;
  text?: string;
  crop?: string;
  filter: string[];
  weightSeen?: string;
  weightSaid?: string;
  limit: string;
  offset: string;
  fold: NonNullable<Question['fold']>;
  exact?: boolean;
}

/** What the server takes where a question names only the other weight. */
const SAID_WEIGHT = 1.5;

const collect = (value: string, before: string[]): string[] => [...before, value];

/** `x,y,width,height` in fractions of the picture. */
export function parseCrop(text: string): NonNullable<Question['crop']> {
  const [x, y, width, height, ...rest] = text.split(',').map(Number);
  if (rest.length > 0 || [x, y, width, height].some((value) => value === undefined || !Number.isFinite(value)))
    throw new UsageError(`--crop: expected X,Y,WIDTH,HEIGHT in fractions such as 0.25,0,0.5,1, found ${text}`);
  return { x: x!, y: y!, width: width!, height: height! };
}

/** `attribute=value` pairs: the values of one attribute are alternatives. */
export function parseFilters(pairs: readonly string[]): Record<string, string[]> {
  const filters = new Map<string, string[]>();
  for (const pair of pairs) {
    const at = pair.indexOf('=');
    if (at < 1) throw new UsageError(`--filter: expected ATTRIBUTE=VALUE such as colour=blue, found ${pair}`);
    const name = pair.slice(0, at);
    filters.set(name, [...(filters.get(name) ?? []), pair.slice(at + 1)]);
  }
  return Object.fromEntries(filters);
}

async function questionOf(options: SearchOptions): Promise<Question> {
  const { item, text, fold } = options;
  if (options.picture === undefined && item === undefined && text === undefined)
    throw new UsageError('search: expected at least one of --picture, --item and --text, found none');
  const picture =
    options.picture === undefined
      ? undefined
      : await readFile(options.picture, 'base64').catch((error: Error) => {
          throw new UsageError(`--picture: expected a picture file, found ${options.picture}: ${error.message}`);
        });
  const { weightSeen, weightSaid } = options;
  const weights =
    weightSeen === undefined && weightSaid === undefined
      ? undefined
      : { seen: Number(weightSeen ?? 1), said: Number(weightSaid ?? SAID_WEIGHT) };
  return {
    ...(picture === undefined ? {} : { picture }),
    ...(item === undefined ? {} : { item }),
    ...(text === undefined ? {} : { text }),
    ...(options.crop === undefined ? {} : { crop: parseCrop(options.crop) }),
    ...(weights === undefined ? {} : { weights }),
    filters: parseFilters(options.filter),
    limit: Number(options.limit),
    offset: Number(options.offset),
    fold,
    exact: options.exact === true,
  };
}

function answerLines(found: Schemas['SearchAnswer']): string[] {
  const rows = found.items.map(({ id, score, title, attributes, duplicates }) => [
    id,
    score.toFixed(3),
    title,
    Object.values(attributes).join(', '),
    duplicates.join(' '),
  ]);
  const columns = [
    { title: 'item' },
    { title: 'score', align: 'right' as const },
    { title: 'title' },
    { title: 'attributes' },
    { title: 'duplicates' },
  ];
  return [
    ...table(columns, rows, 'nothing passes the filters'),
    `${found.approximate ? 'approximate' : 'exact'}, ${found.candidates} candidates, ${milliseconds(found.tookMs)}; snapshot ${found.snapshotId}`,
  ];
}

export function registerSearch({ program, serve }: Registrar): void {
  withConnection(program.command('search <index>'))
    .description('find what is like a picture, a part of it, an item, a text, or a picture changed by a text')
    .option('--picture <file>', 'jpeg, png, webp or gif')
    .option('--item <id>', 'an item of the catalogue')
    .option('--text <words>', 'what to look for; with a picture or item: how it should differ')
    .option('--crop <x,y,width,height>', 'the part of the picture to look at, in fractions')
    .option('--filter <attribute=value>', 'once for each value; values of one attribute are alternatives', collect, [])
    .option('--weight-seen <number>', 'with a text: how much the picture or item counts (default 1)')
    .option('--weight-said <number>', 'with a picture or item: how much the text counts (default 1.5)')
    .option('--limit <number>', 'at most 100', '20')
    .option('--offset <number>', 'skip the best', '0')
    .addOption(
      new Option('--fold <how>', 'fold near-duplicates, only the same pictures, or nothing')
        .choices(['near', 'same', 'none'])
        .default('near'),
    )
    .option('--exact', 'compare with every vector instead of asking the index')
    .action(
      serve(async (session, name: string, options: SearchOptions) => {
        const body = await questionOf(options);
        const { id } = await searchIndexNamed(session, name);
        const found = await answer(
          session.api.POST('/api/search-indexes/{id}/search', { params: { path: { id } }, body }),
        );
        session.output.result(found, () => answerLines(found));
      }),
    );
}
