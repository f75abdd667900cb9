export type Page<T> = { items: T[]; total: number };
export type Role = 'researcher' | 'admin';
export type User = { id: string; email: string; name: string; role: Role };
export type Session = { user: User; permissions: string[] };
export type Person = User & { disabled: boolean; createdAt: string };
export type PersonCreated = Person & { generatedPassword: string | null };
export type ApiToken = { id: string; name: string; scopes: string[]; createdAt: string; expiresAt: string | null; lastUsedAt: string | null };
export type TokenCreated = ApiToken & { token: string };
export type AuditEntry = { id: string; at: string; actorId: string | null; actorName: string; via: 'session' | 'token' | 'system'; action: string; resource: string; resourceId: string | null; outcome: 'succeeded' | 'refused' | 'failed'; status: number; detail: string | null };

export type Tier = 'public' | 'internal' | 'restricted';
export type Split = 'train' | 'val' | 'test';
export type AttributeValue = { value: string; count: number };
export type Dataset = { id: string; name: string; description: string; tier: Tier; createdAt: string; createdBy: string; latestVersion: DatasetVersion | null; versionCount: number };
export type DatasetVersion = { id: string; datasetId: string; datasetName: string; version: number; itemCount: number; pairCount: number; splitCounts: Record<string, number>; attributes: Record<string, AttributeValue[]>; treeHash: string; createdAt: string };
export type DatasetItem = { id: string; title: string; attributes: Record<string, string>; split: Split; width: number; height: number };
export type ImportState = 'uploading' | 'queued' | 'running' | 'succeeded' | 'failed';
export type Failure = { code: string; message: string; retryable: boolean };
export type Import = { id: string; datasetId: string; state: ImportState; rows: number; accepted: number; rejected: number; progress: number; phase: string; versionId: string | null; failure: Failure | null; createdAt: string };
export type ImportProblem = { row: number; itemId: string | null; code: string; message: string };

export type Snapshot = { id: string; spaceId: string; datasetVersionId: string; runId: string; treeHash: string; itemCount: number; encodedCount: number; reusedCount: number; isLive: boolean; createdAt: string };

export type Model = { id: string; name: string; description: string; aliases: { alias: string; versionId: string; movedAt: string }[]; createdAt: string };
export type Lineage = { runId: string; experimentId: string; recipe: string; datasetVersionId: string | null; spaceId: string | null; snapshotId: string | null; baseVersionId: string | null; baseTree: string | null; codeRevision: string; seed: number };
export type Port = { name: string; dtype: string; shape: (string | number)[] };
export type BundleFile = { path: string; sha256: string; sizeBytes: number };
export type Component = { graph: BundleFile; weights: BundleFile[]; inputs: Port[]; outputs: Port[]; space?: { id: string } };
export type ModelVersion = { id: string; modelId: string; modelName: string; version: number; aliases: string[]; treeHash: string; lineage: Lineage; components: Record<string, Component>; labels: Record<string, string[]>; metrics: Record<string, number>; createdAt: string };

export type Recipe = { recipe: string; title: string; description: string; schema: unknown };
export type RunState = 'waiting' | 'queued' | 'running' | 'succeeded' | 'failed' | 'cancelled';
export type ExperimentState = 'running' | 'succeeded' | 'failed' | 'cancelled';
export type Limits = { memoryMb?: number; threads?: number; wallMinutes?: number; cpuMinutes?: number };
export type StepSpec = { name: string; recipe: string; parameters: Record<string, unknown>; register?: { model: string } };
export type ExperimentSpec = { name: string; limits?: Limits; seed?: number; steps: StepSpec[] };
export type Run = { id: string; experimentId: string; experimentName: string; step: string; recipe: string; state: RunState; dependsOn: string[]; attempt: number; progress: number; phase: string | null; parameters: Record<string, unknown>; seed: number; cpuSeconds: number; cost: number; createdAt: string; startedAt: string | null; endedAt: string | null; failure: Failure | null; modelVersionId: string | null };
export type Experiment = { id: string; name: string; state: ExperimentState; createdAt: string; createdBy: string; endedAt: string | null; spec: ExperimentSpec; runs: Run[] };
export type Metric = { name: string; step: number; value: number; at: string };
export type LogLine = { id: number; at: string; level: 'debug' | 'info' | 'warn' | 'error'; message: string };
export type Artifact = { name: string; kind: string; treeHash: string; sizeBytes: number; createdAt: string };
export type Interval = { value: number; low: number; high: number; n: number };
export type Report = {
  format: 'graft-evaluation';
  formatVersion: 1;
  split: string;
  targets: string[];
  itemCount: number;
  accuracy: { candidate: string; overall: Interval; perTarget: Record<string, Interval> }[];
  paired: { a: string; b: string; difference: Interval; relative: Interval; pValue: number; mcnemar: Record<string, { onlyA: number; onlyB: number; pValue: number }> }[];
  control: { candidate: string; shuffled: Interval; chance: number; majority: number } | null;
  latency: { candidate: string; imagesPerRequest: number; n: number; p50Ms: number; p95Ms: number; cpuMsPerRequest: number; costPer1000: number }[];
  ratios: { imagesPerRequest: number; rounds: number; latency: Interval; cost: Interval }[];
  pricing: { currency: string; perCpuHour: number };
  examples: { itemId: string; target: string; actual: string; predicted: Record<string, string> }[];
  environment: Record<string, string>;
};

export type Sandbox = { id: string; driver: string; kind: string; state: 'starting' | 'running' | 'ended' | 'lost'; runId: string | null; modelVersionId: string | null; label: string; pid: number | null; memoryMb: number; peakMemoryMb: number | null; cpuSeconds: number; startedAt: string; endedAt: string | null; exit: string | null };
export type Level = 'strong' | 'partial' | 'none';
export type Isolation = { driver: string; level: Level; probedAt: string; resources: { resource: string; level: Level; mechanism: string; reason: string; remedy: string | null }[] };

export type Traffic = { requests: number; errors: number; units: number; latencyP50Ms: number | null; latencyP95Ms: number | null };
export type Variant = { name: string; role: 'control' | 'treatment'; weight: number; modelVersionId: string; modelVersion: number; serverState: 'stopped' | 'starting' | 'ready' | 'failed'; serverMessage: string | null; traffic: Traffic };
export type Endpoint = { id: string; name: string; modelId: string; modelName: string; state: 'live' | 'retired'; trafficRevision: number; variants: Variant[]; createdAt: string; retiredAt: string | null };
export type Bounds = { low: number; high: number };
export type Outcome = 'pass' | 'fail' | 'inconclusive';
export type Difference = { estimate: number; fixed: Bounds; fixedPValue: number; alwaysValid: Bounds; alwaysValidPValue: number };
export type Comparison = { treatment: string; absolute: Difference | null; relative: Difference | null; outcome: Outcome; reason: string };

export type Analysis = { id: string; endpointId: string; trafficRevision: number; metric: { kind: 'conversion' | 'mean'; eventTypes: string[]; better: 'higher' | 'lower' }; variants: { name: string; role: 'control' | 'treatment'; share: number; n: number; mean: number }[]; sampleRatio: { chiSquare: number; pValue: number } | null; comparisons: Comparison[]; outcome: Outcome; sentence: string; createdAt: string };

export type RolloutState = 'requested' | 'approved' | 'rejected' | 'promoting' | 'live' | 'failed' | 'cancelled' | 'rolled-back';
export type Rollout = { id: string; state: RolloutState; modelId: string; modelName: string; modelVersionId: string; version: number; previousVersionId: string | null; previousVersion: number | null; endpointId: string | null; endpointName: string | null; reason: string; requestedBy: { id: string; name: string }; requestedAt: string; evidence: Evidence[]; approvals: Approval[]; timeline: { at: string; state: RolloutState; actor: string; comment: string | null }[] };
export type Evidence = { id: string; kind: 'evaluation' | 'analysis' | 'latency' | 'note'; title: string; outcome: 'pass' | 'fail' | 'inconclusive'; figures: { name: string; value: number; unit: string; low?: number; high?: number; n?: number }[]; recordedAt: string; sourceId: string | null };
export type Approval = { by: { id: string; name: string }; decision: 'approved' | 'rejected'; comment: string; at: string };
