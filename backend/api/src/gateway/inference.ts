import { performance } from 'node:perf_hooks';
import { assignVariant } from './assignment.js';
import type { Exposure } from './exposure.js';
import { newId } from '../kernel/index.js';
import {
  ServerConnections,
  ServerTimedOut,
  ServerUnreachable,
  type ServerAnswer,
  type ServerMessage,
} from '../platform/unix-http/server-connections.js';
import {
  imageCount,
  parseError,
  parsePorts,
  parseResult,
  type InferRequest,
  type ModelPorts,
  type ModelResult,
} from './open-inference.js';
import type { ServedEndpoint, ServedVariant } from './snapshot.js';
import type { SegmentLog } from './wal/segment-log.js';

const TIMEOUT_MS = 30_000;
const RETRY_AFTER_SECONDS = 1;
/** The server's queue is full. */
const TOO_MANY = 429;

export interface Question {
  readonly endpoint: ServedEndpoint;
  readonly unit: string;
  readonly requestId: string;
  readonly body: InferRequest;
}

export interface InferenceAnswer {
  readonly status: number;
  readonly body: object;
  readonly retryAfterSeconds?: number | undefined;
}

type Verdict =
  | { readonly status: 200; readonly result: ModelResult }
  | { readonly status: number; readonly error: string; readonly retryAfterSeconds?: number };

/** One request from assignment to answer: the exposure is on disk before the caller hears anything. */
export class Inference {
  constructor(
    private readonly connections: ServerConnections,
    private readonly exposures: SegmentLog,
  ) {}

  async answer(question: Question): Promise<InferenceAnswer> {
    const { endpoint, unit, body } = question;
    const variant = assignVariant(endpoint.id, unit, endpoint.variants);
    const startedMs = performance.now();
    const verdict = await this.ask(variant, body);
    const exposureId = await this.record(question, variant, {
      status: verdict.status,
      latencyMs: performance.now() - startedMs,
    });
    if ('error' in verdict)
      return { status: verdict.status, body: { error: verdict.error }, retryAfterSeconds: verdict.retryAfterSeconds };
    return {
      status: 200,
      body: {
        model_name: endpoint.name,
        model_version: variant.modelVersion,
        ...(body.id === undefined ? {} : { id: body.id }),
        parameters: {
          ...verdict.result.parameters,
          variant: variant.name,
          exposure_id: exposureId,
          model_version: variant.modelVersion,
        },
        outputs: verdict.result.outputs,
      },
    };
  }

  /** Inputs and outputs of the endpoint, as the first variant that is ready describes them; null while none is. */
  async describe(endpoint: ServedEndpoint): Promise<ModelPorts | null> {
    const variant = endpoint.variants.find(({ weight, socket }) => weight > 0 && socket !== null);
    if (!variant) return null;
    const answer = await this.send(variant, { method: 'GET', path: modelPath(variant) });
    return parsePorts(answer.body);
  }

  private async ask(variant: ServedVariant, { id, parameters, inputs, outputs }: InferRequest): Promise<Verdict> {
    try {
      const answer = await this.send(variant, {
        method: 'POST',
        path: `${modelPath(variant)}/infer`,
        body: JSON.stringify({ id, parameters: { space_id: parameters?.space_id }, inputs, outputs }),
      });
      if (answer.status === 200) return { status: 200, result: parseResult(answer.body) };
      const refusal = {
        status: answer.status >= 500 ? 502 : answer.status,
        error: parseError(answer.status, answer.body),
      };
      return answer.status === TOO_MANY ? { ...refusal, retryAfterSeconds: RETRY_AFTER_SECONDS } : refusal;
    } catch (error) {
      if (error instanceof ServerUnreachable)
        return { status: 503, error: error.message, retryAfterSeconds: RETRY_AFTER_SECONDS };
      if (error instanceof ServerTimedOut) return { status: 504, error: error.message };
      return { status: 502, error: `The server of variant ${variant.name} gave no usable answer.` };
    }
  }

  /** A server that cannot be reached is asked once more, on a new connection. @throws ServerUnreachable when that fails too */
  private async send({ name, socket }: ServedVariant, message: ServerMessage): Promise<ServerAnswer> {
    if (socket === null)
      throw new ServerUnreachable(`No server of variant ${name} is ready yet. Try again in a second.`);
    try {
      return await this.connections.send(socket, message, TIMEOUT_MS);
    } catch (error) {
      if (!(error instanceof ServerUnreachable)) throw error;
      return this.connections.send(socket, message, TIMEOUT_MS);
    }
  }

  private async record(
    { endpoint, unit, requestId, body }: Question,
    variant: ServedVariant,
    outcome: Pick<Exposure, 'status' | 'latencyMs'>,
  ): Promise<string> {
    const exposure: Exposure = {
      id: newId(),
      at: new Date().toISOString(),
      requestId,
      endpointId: endpoint.id,
      trafficRevision: endpoint.trafficRevision,
      variant: variant.name,
      modelVersionId: variant.modelVersionId,
      unit,
      propensity: variant.weight,
      ...outcome,
      images: imageCount(body),
    };
    await this.exposures.append(JSON.stringify(exposure));
    return exposure.id;
  }
}

function modelPath(variant: ServedVariant): string {
  return `/v2/models/${encodeURIComponent(variant.modelName)}`;
}
