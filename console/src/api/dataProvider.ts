import { orThrow, type GraftClient, type Schemas } from '@graft/client';
import type { GetListParams, GetManyParams, GetOneParams, RaRecord } from 'react-admin';
import type { SpecDraft } from '../experiments/specDraft.js';
import { uploadImport, type ImportUpload } from './uploadImport.js';

type Filter = Record<string, string | number | boolean | undefined>;

const listPaths: Record<string, string> = {
  datasets: '/api/datasets',
  'dataset-versions': '/api/datasets/{datasetId}/versions',
  imports: '/api/datasets/{datasetId}/imports',
  spaces: '/api/spaces',
  snapshots: '/api/snapshots',
  'space-compatibilities': '/api/space-compatibilities',
  'search-indexes': '/api/search-indexes',
  models: '/api/models',
  'model-versions': '/api/model-versions',
  experiments: '/api/experiments',
  runs: '/api/runs',
  endpoints: '/api/endpoints',
  rollouts: '/api/rollouts',
  sandboxes: '/api/sandboxes',
  people: '/api/people',
  tokens: '/api/tokens',
  audit: '/api/audit',
};

const unsupported =
  (verb: string) =>
  async (resource: string): Promise<never> => {
    throw new Error(`${verb} is not offered for ${resource}`);
  };

export function createDataProvider(client: GraftClient) {
  const byId = (id: string) => ({ params: { path: { id } } });

  /**
   * React-admin names resources, sort fields and filters as text, so the path is typed as one list of many. Nothing is hidden by that: a sort
   * or filter the server does not know is a 422 that names it.
   */
  async function list<T>(resource: string, filter: Filter, query: Filter): Promise<{ items: T[]; total: number }> {
    const { datasetId, ...rest } = filter;
    const path = listPaths[resource]?.replace('{datasetId}', encodeURIComponent(String(datasetId)));
    if (!path) throw new Error(`${resource} has no list`);
    const page = await orThrow(
      client.GET(path as '/api/datasets', { params: { query: { ...rest, ...query } as object } }),
    );
    return page as unknown as { items: T[]; total: number };
  }
  const one = async <T>(resource: string, id: string): Promise<T> =>
    (await orThrow(client.GET(`/api/${resource}/{id}` as '/api/datasets/{id}', byId(id)))) as unknown as T;

  return {
    async getList<T extends RaRecord>(
      resource: string,
      { filter, pagination, sort }: GetListParams,
    ): Promise<{ data: T[]; total: number }> {
      const { items, total } = await list<T>(resource, filter as Filter, {
        ...pagination,
        ...(sort && { sort: sort.field, order: sort.order.toLowerCase() }),
      });
      return { data: items, total };
    },
    getOne: async <T extends RaRecord>(resource: string, { id }: GetOneParams<T>) => ({
      data: await one<T>(resource, String(id)),
    }),
    getMany: async <T extends RaRecord>(resource: string, { ids }: GetManyParams<T>) => ({
      data: await Promise.all(ids.map((id) => one<T>(resource, String(id)))),
    }),
    getManyReference: unsupported('getManyReference'),
    create: unsupported('create'),
    update: unsupported('update'),
    updateMany: unsupported('updateMany'),
    delete: unsupported('delete'),
    deleteMany: unsupported('deleteMany'),

    signIn: (body: Schemas['SignIn']) => orThrow(client.POST('/api/sessions', { body })),
    currentSession: () => orThrow(client.GET('/api/sessions/current')),
    signOut: () => orThrow(client.DELETE('/api/sessions/current')),

    createPerson: (body: Schemas['CreatePerson']) => orThrow(client.POST('/api/people', { body })),
    updatePerson: (id: string, body: Schemas['UpdatePerson']) =>
      orThrow(client.PATCH('/api/people/{id}', { ...byId(id), body })),
    createToken: (body: Schemas['CreateToken']) => orThrow(client.POST('/api/tokens', { body })),
    revokeToken: (id: string) => orThrow(client.DELETE('/api/tokens/{id}', byId(id))),

    createDataset: (body: Schemas['CreateDataset']) => orThrow(client.POST('/api/datasets', { body })),
    importDataset: (datasetId: string, upload: ImportUpload, onProgress: (fraction: number) => void) =>
      uploadImport(datasetId, upload, onProgress),
    getImport: (id: string) => orThrow(client.GET('/api/imports/{id}', byId(id))),
    listImportProblems: (id: string, query: { page: number; perPage: number }) =>
      orThrow(client.GET('/api/imports/{id}/problems', { params: { path: { id }, query } })),
    getDatasetVersion: (id: string) => orThrow(client.GET('/api/dataset-versions/{id}', byId(id))),
    /** Besides page, split and q, `attribute.<name>` filters by any attribute; names that the document cannot list. */
    listDatasetItems: (id: string, query: Filter) =>
      orThrow(client.GET('/api/dataset-versions/{id}/items', { params: { path: { id }, query: query as object } })),

    listRecipes: () => orThrow(client.GET('/api/recipes')),
    /** A draft may lack what the server fills in or refuses: defaults are the recipes' business, and a 422 names what is wrong. */
    launchExperiment: (draft: SpecDraft) =>
      orThrow(client.POST('/api/experiments', { body: draft as Schemas['ExperimentSpec'] })),
    preflightExperiment: (draft: SpecDraft) =>
      orThrow(client.POST('/api/experiments/preflight', { body: draft as Schemas['ExperimentSpec'] })),
    cancelExperiment: (id: string) => orThrow(client.POST('/api/experiments/{id}/cancel', byId(id))),
    cancelRun: (id: string) => orThrow(client.POST('/api/runs/{id}/cancel', byId(id))),
    listRunMetrics: (id: string) => orThrow(client.GET('/api/runs/{id}/metrics', byId(id))),
    listRunLogs: (id: string, afterId?: string) =>
      orThrow(
        client.GET('/api/runs/{id}/logs', {
          params: { path: { id }, query: afterId === undefined ? {} : { afterId } },
        }),
      ),
    listRunArtifacts: (id: string) => orThrow(client.GET('/api/runs/{id}/artifacts', byId(id))),
    getRunReport: (id: string) => orThrow(client.GET('/api/runs/{id}/report', byId(id))),
    getRunPreflight: (id: string) => orThrow(client.GET('/api/runs/{id}/preflight', byId(id))),
    getRunSpaceReport: (id: string) => orThrow(client.GET('/api/runs/{id}/space-report', byId(id))),

    publishSnapshot: (id: string) => orThrow(client.POST('/api/snapshots/{id}/publish', byId(id))),
    rollbackLiveSnapshot: (spaceId: string, datasetId: string) =>
      orThrow(client.POST('/api/spaces/{id}/rollback', { ...byId(spaceId), body: { datasetId } })),
    declareSpaceCompatibility: (body: Schemas['DeclareSpaceCompatibility']) =>
      orThrow(client.POST('/api/space-compatibilities', { body })),

    createSearchIndex: (body: Schemas['CreateSearchIndex']) => orThrow(client.POST('/api/search-indexes', { body })),
    switchSearchIndex: (id: string, body: Schemas['SwitchSnapshot']) =>
      orThrow(client.PUT('/api/search-indexes/{id}/snapshot', { ...byId(id), body })),
    rollbackSearchIndex: (id: string) => orThrow(client.POST('/api/search-indexes/{id}/rollback', byId(id))),
    search: (id: string, body: Schemas['SearchRequest']) =>
      orThrow(client.POST('/api/search-indexes/{id}/search', { ...byId(id), body })),

    setModelAlias: (id: string, alias: string, versionId: string) =>
      orThrow(client.PUT('/api/models/{id}/aliases/{alias}', { params: { path: { id, alias } }, body: { versionId } })),

    createEndpoint: (body: Schemas['CreateEndpoint']) => orThrow(client.POST('/api/endpoints', { body })),
    setTraffic: (id: string, variants: Schemas['SetTraffic']['variants']) =>
      orThrow(client.PUT('/api/endpoints/{id}/traffic', { ...byId(id), body: { variants } })),
    retireEndpoint: (id: string) => orThrow(client.DELETE('/api/endpoints/{id}', byId(id))),
    /** The latest analysis, or null for an endpoint that was never analysed. */
    getAnalysis: async (id: string): Promise<Schemas['Analysis'] | null> => {
      const latest = client.GET('/api/endpoints/{id}/analyses', { params: { path: { id }, query: { perPage: 1 } } });
      return (await orThrow(latest)).items[0] ?? null;
    },
    analyseEndpoint: (id: string) => orThrow(client.POST('/api/endpoints/{id}/analyses', { ...byId(id), body: {} })),

    requestRollout: (body: Schemas['RequestRollout']) => orThrow(client.POST('/api/rollouts', { body })),
    approveRollout: (id: string, body: Schemas['ApproveRollout']) =>
      orThrow(client.POST('/api/rollouts/{id}/approve', { ...byId(id), body })),
    rejectRollout: (id: string, body: Schemas['RejectRollout']) =>
      orThrow(client.POST('/api/rollouts/{id}/reject', { ...byId(id), body })),
    cancelRollout: (id: string) => orThrow(client.POST('/api/rollouts/{id}/cancel', byId(id))),
    rollbackRollout: (id: string, body: Schemas['RollbackRollout']) =>
      orThrow(client.POST('/api/rollouts/{id}/rollback', { ...byId(id), body })),

    getIsolation: () => orThrow(client.GET('/api/isolation')),
    probeIsolation: () => orThrow(client.POST('/api/isolation/probe')),
  };
}

/** CRUD for react-admin and one verb for everything else a person can do here. */
export type GraftDataProvider = ReturnType<typeof createDataProvider>;
