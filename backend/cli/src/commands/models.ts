import { all, answer, PER_PAGE, type Schemas } from '../api.js';
import { UsageError } from '../exit-codes.js';
import { withConnection, type Registrar, type Session } from '../session.js';
import { table } from '../terminal/table.js';
import { listCommand, more, pageOf, when, type PageOptions } from './listing.js';

type Model = Schemas['Model'];
export type ModelVersion = Schemas['ModelVersion'];

export async function findModel(session: Session, name: string): Promise<Model> {
  const models = await all((page) =>
    answer(session.api.GET('/api/models', { params: { query: { page, perPage: PER_PAGE } } })),
  );
  const found = models.find((model) => model.name === name || model.id === name);
  if (!found) throw new UsageError(`model: expected a name or id of graft model list, found ${name}`);
  return found;
}

export const versionsOf = (session: Session, modelId: string): Promise<ModelVersion[]> =>
  all((page) =>
    answer(session.api.GET('/api/model-versions', { params: { query: { page, perPage: PER_PAGE, modelId } } })),
  );

/** `NAME@VERSION`, `NAME@ALIAS` or a version's id. */
export async function findVersion(session: Session, reference: string): Promise<ModelVersion> {
  const [name = '', wanted] = reference.split('@');
  if (wanted === undefined)
    return answer(session.api.GET('/api/model-versions/{id}', { params: { path: { id: reference } } }));
  const model = await findModel(session, name);
  const versions = await versionsOf(session, model.id);
  const found = versions.find((version) => String(version.version) === wanted || version.aliases.includes(wanted));
  if (!found)
    throw new UsageError(
      `model version: expected NAME@VERSION with one of ${versions.map(({ version }) => version).join(', ') || 'no versions yet'}, or an alias (${model.aliases.map(({ alias }) => alias).join(', ') || 'none set'}), found ${reference}`,
    );
  return found;
}

const aliasText = (versions: readonly ModelVersion[]): string =>
  versions.flatMap((version) => version.aliases.map((alias) => `${alias} is version ${version.version}`)).join(', ');

export function registerModels({ program, serve }: Registrar): void {
  const model = program.command('model').description('models and their versions');
  listCommand(model, 'models').action(
    serve(async (session, options: PageOptions) => {
      const found = await answer(session.api.GET('/api/models', { params: { query: pageOf(options) } }));
      const rows = found.items.map((each) => [
        each.name,
        each.aliases.map(({ alias }) => alias).join(', '),
        when(each.createdAt),
        each.id,
      ]);
      session.output.result(found, () => [
        ...table(
          [{ title: 'model' }, { title: 'aliases' }, { title: 'made (UTC)' }, { title: 'id' }],
          rows,
          'no model yet: a step with `register: { model: NAME }` makes one',
        ),
        ...more(rows.length, found.total),
      ]);
    }),
  );

  withConnection(model.command('show <name>'))
    .description('a model with its versions and aliases')
    .action(
      serve(async (session, name: string) => {
        const found = await findModel(session, name);
        const versions = await versionsOf(session, found.id);
        const rows = versions.map((each) => [
          String(each.version),
          Object.keys(each.labels).join(', '),
          when(each.createdAt),
          each.lineage.runId,
          each.id,
        ]);
        session.output.result({ ...found, versions }, () => [
          `${found.name}: ${aliasText(versions) || 'no alias set'}`,
          ...table(
            [
              { title: 'version', align: 'right' },
              { title: 'targets' },
              { title: 'made (UTC)' },
              { title: 'by run' },
              { title: 'id' },
            ],
            rows,
            'no version yet',
          ),
        ]);
      }),
    );

  const alias = program.command('alias').description('names that point at model versions');
  withConnection(alias.command('set <name> <version>'))
    .description(
      'point NAME@ALIAS at a version, e.g. graft alias set tagger@staging 3; champion is refused: it moves by a rollout only',
    )
    .action(
      serve(async (session, name: string, version: string) => {
        const [modelName = '', aliasName] = name.split('@');
        if (aliasName === undefined || aliasName === '')
          throw new UsageError(`alias: expected MODEL@ALIAS, found ${name}`);
        const found = await findModel(session, modelName);
        const { id: versionId } = await findVersion(session, `${modelName}@${version}`);
        const changed = await answer(
          session.api.PUT('/api/models/{id}/aliases/{alias}', {
            params: { path: { id: found.id, alias: aliasName } },
            body: { versionId },
          }),
        );
        session.output.result(changed, () => [`${modelName}@${aliasName} is version ${version}`]);
      }),
    );
}
