import { ApiError, toProblem } from './problem.js';

interface Interval { value: number; low: number; high: number; n: number }
export interface Page<T> { items: T[]; total: number }
export interface Dataset { id: string; name: string; description?: string | null; tier: string; createdAt: string }
export interface Import { id: string; datasetId: string; state: 'uploading' | 'queued' | 'running' | 'succeeded' | 'failed'; rows: number; accepted: number; rejected: number; progress: number; versionId?: string | null; failure?: { code: string; message: string } | null }
export interface ImportProblem { row: number; itemId: string | null; code: string; message: string }
export interface DatasetVersion { id: string; datasetId: string; datasetName: string; version: number; itemCount: number; splitCounts: Record<string, number>; createdAt: string }
export interface DatasetItem { id: string; title: string; split: string; attributes: Record<string, string> }
export interface Run { id: string; experimentId: string; step: string; recipe: string; state: 'waiting' | 'queued' | 'running' | 'succeeded' | 'failed' | 'cancelled'; attempt: number; progress: number; phase?: string | null; message?: string | null; startedAt?: string | null; finishedAt?: string | null; failure?: { code: string; message: string } | null }
export interface Experiment { id: string; name: string; state: 'running' | 'succeeded' | 'failed' | 'cancelled'; createdAt: string; runs: Run[] }
export interface ModelVersion { id: string; modelId: string; modelName: string; version: number; lineage: { runId?: string | null } }
export interface Model { id: string; name: string; aliases: Record<string, string> }
export interface Snapshot { id: string; runId: string; spaceId: string; itemCount: number; encodedCount: number; reusedCount: number }
export interface Variant { name: string; modelVersionId: string; weight: number; role: 'control' | 'treatment'; serverState?: string; exposures?: number }
export interface Endpoint { id: string; name: string; state: string; variants: Variant[] }
export interface Analysis { outcome: 'pass' | 'fail' | 'inconclusive'; sentence: string }
export interface Rollout { id: string; state: string; modelVersionId: string; reason: string }

export interface EvaluationReport {
  format: string; formatVersion: number; examples: unknown[]; environment: Record<string, string>;
  split: string; targets: string[]; itemCount: number;
  accuracy: { candidate: string; overall: Interval; perTarget: Record<string, Interval> }[];
  paired: { a: string; b: string; difference: Interval; relative: Interval; pValue: number }[];
  control: { candidate: string; shuffled: Interval; chance: number; majority: number } | null;
  latency: { candidate: string; imagesPerRequest: number; n: number; p50Ms: number; p95Ms: number; cpuMsPerRequest: number; costPer1000: number }[];
  ratios: { imagesPerRequest: number; rounds: number; latency: Interval; cost: Interval }[];
  pricing: { currency: string; perCpuHour: number };
}

export type Query = Record<string, string | number | undefined>;

export class GraftApi {
  constructor(readonly url: string, private readonly token: string) {}
  async send<T>(method: string, path: string, options: { query?: Query; body?: unknown } = {}): Promise<T> {
    const url = new URL(path, this.url);
    for (const [k, v] of Object.entries(options.query ?? {})) if (v !== undefined) url.searchParams.set(k, String(v));
    const response = await fetch(url, { method, headers: { authorization: `Bearer ${this.token}`, ...(options.body === undefined ? {} : { 'content-type': 'application/json' }) }, ...(options.body === undefined ? {} : { body: JSON.stringify(options.body) }) });
    const text = await response.text();
    const body: unknown = text === '' ? undefined : JSON.parse(text);
    if (!response.ok) throw new ApiError(toProblem(response.status, body));
    return body as T;
  }
}
