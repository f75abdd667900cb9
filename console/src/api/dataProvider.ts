import type { GetListParams, GetManyParams, GetOneParams, Identifier, RaRecord } from 'react-admin';
import type {
  Analysis,
  Artifact,
  Dataset,
  DatasetItem,
  DatasetVersion,
  Endpoint,
  Experiment,
  ExperimentSpec,
  Import,
  ImportProblem,
  Isolation,
  LogLine,
  Metric,
  Model,
  Page,
  Person,
  PersonCreated,
  Recipe,
  Report,
  Role,
  Rollout,
  Run,
  Session,
  Tier,
  TokenCreated,
} from './contract.js';
import { http, type Query } from './http.js';
import { uploadImport, type ImportUpload } from './uploadImport.js';

/** Lists that live below another resource: `datasetId` and its like move from the filter into the path. */
const nestedLists: Record<string, (filter: Query) => { path: string; rest: Query }> = {
  'dataset-versions': ({ datasetId, ...rest }) => ({ path: `/datasets/${datasetId}/versions`, rest }),
};

const unsupported = (verb: string) => async (resource: string): Promise<never> => {
  throw new Error(`${verb} is not offered for ${resource}`);
};

export function createDataProvider() {
  return {
    async getList<T extends RaRecord>(resource: string, params: GetListParams): Promise<{ data: T[]; total: number }> {
      const { path, rest } = nestedLists[resource]?.(params.filter as Query) ?? { path: `/${resource}`, rest: params.filter as Query };
      const answer = await http.get<Page<T>>(path, {
        ...rest,
        page: params.pagination?.page,
        perPage: params.pagination?.perPage,
        sort: params.sort?.field,
        order: params.sort?.order.toLowerCase(),
      });
      return { data: answer.items, total: answer.total };
    },
    getOne: async <T extends RaRecord>(resource: string, params: GetOneParams<T>) => ({ data: await http.get<T>(`/${resource}/${params.id}`) }),
    getMany: async <T extends RaRecord>(resource: string, params: GetManyParams<T>) => ({ data: await Promise.all(params.ids.map((id: Identifier) => http.get<T>(`/${resource}/${id}`))) }),
    getManyReference: unsupported('getManyReference'),
    create: unsupported('create'),
    update: unsupported('update'),
    updateMany: unsupported('updateMany'),
    delete: unsupported('delete'),
    deleteMany: unsupported('deleteMany'),

    signIn: (credentials: { email: string; password: string }) => http.post<Session>('/sessions', credentials),
    currentSession: () => http.get<Session>('/sessions/current'),
    signOut: () => http.delete<void>('/sessions/current'),

    createPerson: (person: { email: string; name: string; role: Role }) => http.post<PersonCreated>('/people', person),
    updatePerson: (id: string, change: { name?: string; role?: Role; disabled?: boolean }) => http.patch<Person>(`/people/${id}`, change),
    createToken: (token: { name: string; scopes: string[]; expiresInDays?: number }) => http.post<TokenCreated>('/tokens', token),
    revokeToken: (id: string) => http.delete<void>(`/tokens/${id}`),

    createDataset: (dataset: { name: string; description?: string; tier: Tier }) => http.post<Dataset>('/datasets', dataset),
    importDataset: (datasetId: string, upload: ImportUpload, onProgress: (fraction: number) => void) => uploadImport(datasetId, upload, onProgress),
    getImport: (id: string) => http.get<Import>(`/imports/${id}`),
    listImportProblems: (id: string, page: number, perPage: number) => http.get<Page<ImportProblem>>(`/imports/${id}/problems`, { page, perPage }),
    getDatasetVersion: (id: string) => http.get<DatasetVersion>(`/dataset-versions/${id}`),
    listDatasetItems: (versionId: string, query: Query) => http.get<Page<DatasetItem>>(`/dataset-versions/${versionId}/items`, query),

    listRecipes: () => http.get<Recipe[]>('/recipes'),
    launchExperiment: (spec: ExperimentSpec) => http.post<Experiment>('/experiments', spec),
    cancelExperiment: (id: string) => http.post<Experiment>(`/experiments/${id}/cancel`),
    cancelRun: (id: string) => http.post<Run>(`/runs/${id}/cancel`),
    listRunMetrics: (id: string) => http.get<{ items: Metric[] }>(`/runs/${id}/metrics`),
    listRunLogs: (id: string, afterId?: number) => http.get<{ items: LogLine[] }>(`/runs/${id}/logs`, { afterId }),
    listRunArtifacts: (id: string) => http.get<{ items: Artifact[] }>(`/runs/${id}/artifacts`),
    getRunReport: (id: string) => http.get<Report>(`/runs/${id}/report`),

    createModel: (model: { name: string; description?: string }) => http.post<Model>('/models', model),
    setModelAlias: (modelId: string, alias: string, versionId: string) => http.put<Model>(`/models/${modelId}/aliases/${alias}`, { versionId }),

    createEndpoint: (endpoint: { name: string; modelId: string; variants: { name: string; modelVersionId: string; weight: number; role: 'control' | 'treatment' }[] }) =>
      http.post<Endpoint>('/endpoints', endpoint),
    setTraffic: (id: string, variants: { name: string; weight: number }[]) => http.put<Endpoint>(`/endpoints/${id}/traffic`, { variants }),
    retireEndpoint: (id: string) => http.delete<Endpoint>(`/endpoints/${id}`),
    getAnalysis: (id: string) => http.get<Analysis | null>(`/endpoints/${id}/analysis`),
    analyseEndpoint: (id: string) => http.post<Analysis>(`/endpoints/${id}/analyses`),

    requestRollout: (request: { modelVersionId: string; endpointId?: string; reason: string }) => http.post<Rollout>('/rollouts', request),
    approveRollout: (id: string, comment: string) => http.post<Rollout>(`/rollouts/${id}/approve`, { comment }),
    rejectRollout: (id: string, comment: string) => http.post<Rollout>(`/rollouts/${id}/reject`, { comment }),
    cancelRollout: (id: string) => http.post<Rollout>(`/rollouts/${id}/cancel`),
    rollbackRollout: (id: string, reason: string) => http.post<Rollout>(`/rollouts/${id}/rollback`, { reason }),

    getIsolation: () => http.get<Isolation>('/isolation'),
    probeIsolation: () => http.post<Isolation>('/isolation/probe'),
  };
}

/** CRUD for react-admin and one verb for everything else a person can do here. */
export type GraftDataProvider = ReturnType<typeof createDataProvider>;
