import type { GetListParams, RaRecord } from 'react-admin';
import type {
  Endpoint,
  Experiment,
  Import,
  Model,
  Person,
  Role,
  RolloutDetail,
  Run,
  SearchIndex,
  Session,
  Snapshot,
} from '../api/schemas.js';
import type { GraftDataProvider } from '../api/dataProvider.js';
import type { LiveHandlers, LiveSource } from '../api/live.js';
import { GraftProblem } from '@graft/client';
import * as catalogue from './catalogue.js';
import { minutesAgo } from './clock.js';
import * as lab from './experiments.js';
import * as directory from './people.js';
import { preflight } from './preflight.js';
import { report } from './report.js';
import { rollouts } from './rollouts.js';
import { isolation, sandboxes } from './sandboxes.js';
import * as vectors from './spaces.js';
import * as serving from './serving.js';

const permissionsOf: Record<Role, Session['permissions']> = {
  researcher: [
    'datasets:read',
    'datasets:create',
    'datasets:import',
    'spaces:read',
    'spaces:publish',
    'search-indexes:read',
    'search-indexes:create',
    'search-indexes:switch',
    'search-indexes:search',
    'models:read',
    'models:create',
    'models:alias',
    'sandboxes:read',
    'experiments:read',
    'experiments:create',
    'experiments:cancel',
    'endpoints:read',
    'endpoints:create',
    'endpoints:traffic',
    'analysis:read',
    'analysis:create',
    'rollouts:read',
    'rollouts:request',
    'rollouts:cancel',
    'tokens:manage',
    'inference:call',
    'feedback:write',
  ],
  admin: [
    'people:read',
    'people:manage',
    'audit:read',
    'sandboxes:probe',
    'spaces:declare',
    'endpoints:retire',
    'rollouts:approve',
    'rollouts:reject',
    'rollouts:rollback',
  ],
};
const refuse = (status: number, code: string, message: string): never => {
  throw new GraftProblem({ type: 'about:blank', title: code, status, code, detail: message, traceId: '' });
};

const importDone: Import = {
  id: 'im-1',
  datasetId: 'ds-reviews',
  state: 'succeeded',
  rows: 3244,
  accepted: 3240,
  rejected: 4,
  progress: 1,
  phase: 'done',
  versionId: 'dsv-cat-2',
  failure: null,
  createdAt: minutesAgo(1),
};

/** A row of a list: a rollout's evidence and story come only with the record itself, as from the server. */
function listed({ evidence: _evidence, approvals: _approvals, moves: _moves, ...row }: RaRecord): RaRecord {
  return row;
}

type Scene = { role?: Role; signedIn?: boolean; empty?: boolean };

/** A workspace made up in memory: for tests, and for looking at every page without a server. */
export function createFakeWorkspace({ role = 'admin', signedIn = true, empty = false }: Scene = {}): {
  graft: GraftDataProvider;
  live: LiveSource;
} {
  const handlers = new Set<LiveHandlers>();
  const changed = (resource: string, id: string) =>
    handlers.forEach((handler) => handler.onChange({ resource, id, type: 'updated' }));
  const tables: Record<string, RaRecord[]> = empty
    ? {}
    : structuredClone({
        imports: [importDone],
        datasets: catalogue.datasets,
        'dataset-versions': catalogue.datasetVersions,
        experiments: lab.experiments,
        runs: lab.runs,
        snapshots: lab.snapshots,
        spaces: vectors.spaces,
        'space-compatibilities': vectors.spaceCompatibilities,
        'search-indexes': vectors.searchIndexes,
        models: serving.models,
        'model-versions': serving.modelVersions,
        endpoints: serving.endpoints,
        rollouts,
        sandboxes,
        people: directory.people,
        tokens: directory.tokens,
        audit: directory.auditEntries,
      });
  const person = directory.people.find((candidate) => candidate.role === role) ?? directory.people[0]!;
  const session: Session = {
    user: { id: person.id, email: person.email, name: person.name, role },
    permissions: [...permissionsOf.researcher, ...(role === 'admin' ? permissionsOf.admin : [])],
  };
  let isSignedIn = signedIn;

  const find = <T>(resource: string, id: string | number): T =>
    (tables[resource]?.find((row) => row.id === id) as T | undefined) ??
    refuse(404, 'not-found', `There is no ${resource} with id ${id}.`);
  const patch = <T extends object>(resource: string, id: string, change: Partial<T>): T => {
    const row = Object.assign(find<T>(resource, id), change);
    changed(resource, id);
    return row;
  };
  const add = <T extends { id: string }>(resource: string, row: T): T => {
    (tables[resource] ??= []).unshift(row);
    changed(resource, row.id);
    return row;
  };
  const matches = (row: RaRecord, filter: Record<string, unknown>): boolean =>
    Object.entries(filter).every(([name, wanted]) => {
      if (wanted === undefined || wanted === '') return true;
      if (name === 'q') return JSON.stringify(row).toLowerCase().includes(String(wanted).toLowerCase());
      return String(row[name]) === String(wanted);
    });
  const unsupported = async (): Promise<never> => refuse(405, 'unsupported', 'not offered');
  const decide = (id: string, state: RolloutDetail['state'], comment: string) => {
    const rollout = find<RolloutDetail>('rollouts', id);
    if ((state === 'live' || state === 'rejected') && rollout.requestedBy.id === session.user.id)
      refuse(403, 'requester-approves', 'You asked for this rollout, so another administrator must decide on it.');
    return patch<RolloutDetail>('rollouts', id, {
      state,
      moves: [...rollout.moves, { state, person: session.user, comment, at: minutesAgo(0) }],
    });
  };

  const graft: GraftDataProvider = {
    async getList<T extends RaRecord>(resource: string, params: GetListParams) {
      const rows = (tables[resource] ?? []).filter((row) => matches(row, params.filter as Record<string, unknown>));
      const { page = 1, perPage = 25 } = params.pagination ?? {};
      const shown = structuredClone(rows.slice((page - 1) * perPage, page * perPage)).map(listed);
      return { data: shown as T[], total: rows.length };
    },
    getOne: async (resource, params) => ({ data: structuredClone(find(resource, params.id)) }),
    getMany: async (resource, params) => ({ data: params.ids.map((id) => structuredClone(find(resource, id))) }),
    getManyReference: unsupported,
    create: unsupported,
    update: unsupported,
    updateMany: unsupported,
    delete: unsupported,
    deleteMany: unsupported,

    signIn: async ({ password }) => {
      if (password === 'slow') refuse(429, 'too-many-attempts', 'Too many attempts. Try again in 42 seconds.');
      if (password === 'wrong') refuse(401, 'credentials-invalid', 'E-mail or password is not right.');
      isSignedIn = true;
      return session;
    },
    currentSession: async () => (isSignedIn ? session : refuse(401, 'not-signed-in', 'Sign in first.')),
    signOut: async () => {
      isSignedIn = false;
    },
    createPerson: async (input) => ({
      ...add('people', { id: crypto.randomUUID(), ...input, disabled: false, createdAt: minutesAgo(0) }),
      generatedPassword: 'quiet-maple-river-42',
    }),
    updatePerson: async (id, change) => patch<Person>('people', id, change),
    createToken: async ({ name, scopes }) => ({
      ...add('tokens', {
        ...directory.tokens[0]!,
        id: crypto.randomUUID(),
        name,
        scopes,
        createdAt: minutesAgo(0),
        lastUsedAt: null,
      }),
      token: 'gft_9fK2mWq7xTz4Rb1LpVc8YsN3',
    }),
    revokeToken: async (id) => {
      tables.tokens = (tables.tokens ?? []).filter((token) => token.id !== id);
      changed('tokens', id);
    },

    createDataset: async (input) =>
      add('datasets', {
        ...input,
        id: crypto.randomUUID(),
        description: input.description ?? '',
        createdAt: minutesAgo(0),
        createdBy: session.user.name,
        latestVersion: null,
        versionCount: 0,
      }),
    importDataset: async (datasetId, _upload, onProgress) => {
      onProgress(1);
      return { ...importDone, datasetId };
    },
    getImport: async () => importDone,
    listImportProblems: async () => ({ items: catalogue.importProblems, total: catalogue.importProblems.length }),
    getDatasetVersion: async (id) => find('dataset-versions', id),
    listDatasetItems: async (_versionId, { page = 1, perPage = 48, split, q, ...rest }) => {
      const wanted = catalogue.items.filter(
        (item) =>
          (!split || item.split === split) &&
          (!q || `${item.id} ${item.title}`.toLowerCase().includes(String(q).toLowerCase())) &&
          Object.entries(rest).every(
            ([name, value]) => !value || item.attributes[name.replace('attribute.', '')] === value,
          ),
      );
      return {
        items: wanted.slice((Number(page) - 1) * Number(perPage), Number(page) * Number(perPage)),
        total: wanted.length,
      };
    },

    listRecipes: async () => lab.recipes,
    launchExperiment: async (draft) =>
      add<Experiment>('experiments', {
        ...lab.experiments[0]!,
        id: crypto.randomUUID(),
        name: draft.name,
        createdAt: minutesAgo(0),
      }),
    preflightExperiment: async (draft) => {
      const { experiment, skipped } = lab.preflightOf(draft);
      experiment.runs.forEach((run) => add('runs', run));
      return { experiment: add<Experiment>('experiments', experiment), skipped };
    },
    cancelExperiment: async (id) => patch<Experiment>('experiments', id, { state: 'cancelled' }),
    cancelRun: async (id) => patch<Run>('runs', id, { state: 'cancelled' }),
    listRunMetrics: async (id) => ({ items: lab.metricsOf(find('runs', id), 68) }),
    listRunLogs: async (id, afterId = '0') => ({
      items: lab.logsOf(find('runs', id)).filter((line) => Number(line.id) > Number(afterId)),
    }),
    listRunArtifacts: async (id) => ({ items: lab.artifactsOf(find('runs', id)) }),
    getRunReport: async () => report,
    getRunPreflight: async () => preflight,
    getRunSpaceReport: async () => vectors.spaceReport,

    publishSnapshot: async (id) => patch<Snapshot>('snapshots', id, { isLive: true }),
    rollbackLiveSnapshot: async (spaceId) => find('spaces', spaceId),
    declareSpaceCompatibility: async ({ reason }) =>
      add('space-compatibilities', { ...vectors.spaceCompatibilities[0]!, id: crypto.randomUUID(), reason }),
    createSearchIndex: async ({ name, followLive = false }) =>
      add<SearchIndex>('search-indexes', {
        ...vectors.searchIndexes[0]!,
        id: crypto.randomUUID(),
        name,
        followLive,
        state: 'starting',
      }),
    switchSearchIndex: async (id) => patch<SearchIndex>('search-indexes', id, { state: 'switching' }),
    rollbackSearchIndex: async (id) => {
      const { current, previous } = find<SearchIndex>('search-indexes', id);
      return patch<SearchIndex>('search-indexes', id, { current: previous, previous: current });
    },
    search: async (_id, request) => vectors.searched(request),

    setModelAlias: async (modelId, alias) =>
      alias === 'champion'
        ? refuse(
            403,
            'champion-protected',
            'champion moves only through an approved rollout: request a rollout for this version.',
          )
        : find<Model>('models', modelId),
    createEndpoint: async (input) =>
      add('endpoints', {
        ...serving.endpoints[0]!,
        id: crypto.randomUUID(),
        name: input.name,
        createdAt: minutesAgo(0),
      }),
    setTraffic: async (id, weights) => {
      const endpoint = find<Endpoint>('endpoints', id);
      return patch<Endpoint>('endpoints', id, {
        variants: endpoint.variants.map((variant) => ({
          ...variant,
          weight: weights.find(({ name }) => name === variant.name)?.weight ?? variant.weight,
        })),
      });
    },
    retireEndpoint: async (id) => patch<Endpoint>('endpoints', id, { state: 'retired' }),
    getAnalysis: async () => (empty ? null : serving.analysis),
    analyseEndpoint: async () => serving.analysis,

    requestRollout: async ({ reason }) =>
      add('rollouts', {
        ...rollouts[0]!,
        id: crypto.randomUUID(),
        reason,
        requestedBy: session.user,
        requestedAt: minutesAgo(0),
      }),
    approveRollout: async (id, { comment }) => decide(id, 'live', comment),
    rejectRollout: async (id, { comment }) => decide(id, 'rejected', comment),
    cancelRollout: async (id) => decide(id, 'cancelled', ''),
    rollbackRollout: async (id, { reason }) => decide(id, 'rolled-back', reason),

    getIsolation: async () => ({ reports: [isolation] }),
    probeIsolation: async () => undefined,
  };

  const live: LiveSource = (handler) => {
    handlers.add(handler);
    handler.onConnected(true);
    return () => handlers.delete(handler);
  };
  return { graft, live };
}
