import type { Schemas } from '@graft/client';

export type Role = Schemas['Role'];
export type Session = Schemas['CurrentSession'];
export type Person = Schemas['Person'];
export type CreatedPerson = Schemas['CreatedPerson'];
export type Token = Schemas['Token'];
export type AuditEntry = Schemas['AuditEntry'];

export type Tier = Schemas['Tier'];
export type Dataset = Schemas['Dataset'];
export type DatasetVersion = Schemas['DatasetVersion'];
export type DatasetItem = Schemas['DatasetItem'];
export type Import = Schemas['Import'];
export type ImportProblem = Schemas['ImportProblem'];
export type Space = Schemas['Space'];
export type SpaceDetail = Schemas['SpaceDetail'];
export type LiveSnapshot = Schemas['LiveSnapshot'];
export type Snapshot = Schemas['Snapshot'];
export type SpaceCompatibility = Schemas['SpaceCompatibility'];
export type SpaceReport = Schemas['SpaceReport'];

export type SearchIndex = Schemas['SearchIndex'];
export type SearchIndexVersion = Schemas['SearchIndexVersion'];
export type SearchRequest = Schemas['SearchRequest'];
export type SearchAnswer = Schemas['SearchAnswer'];
export type SearchHit = Schemas['SearchHit'];

export type Model = Schemas['Model'];
export type ModelVersion = Schemas['ModelVersion'];
export type Lineage = Schemas['Lineage'];
export type Component = ModelVersion['components'][string];
export type Port = Component['inputs'][number];

export type RecipeList = Schemas['RecipeList'];
export type Recipe = Schemas['Recipe'];
export type ExperimentTemplate = Schemas['ExperimentTemplate'];
export type Experiment = Schemas['Experiment'];
export type Run = Schemas['Run'];
export type RunState = Schemas['RunState'];
export type RunMetric = Schemas['RunMetric'];
export type RunLog = Schemas['RunLog'];
export type RunArtifact = Schemas['RunArtifact'];
export type Report = Schemas['EvaluationReport'];
export type PreflightReport = Schemas['PreflightReport'];

export type Sandbox = Schemas['Sandbox'];
export type Isolation = Schemas['Isolation'];
export type IsolationReport = Schemas['IsolationReport'];

export type Endpoint = Schemas['Endpoint'];
export type Variant = Schemas['EndpointVariant'];
export type Analysis = Schemas['Analysis'];
export type Outcome = Analysis['outcome'];
export type Bounds = Schemas['Difference']['fixed'];

export type Rollout = Schemas['Rollout'];
export type RolloutDetail = Schemas['RolloutDetail'];
export type Evidence = Schemas['Evidence'];
