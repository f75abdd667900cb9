import { unreachable } from './api.js';
import { GraftProblem } from '@graft/client';
import { patientFetch } from './patient-fetch.js';
import { toProblem } from './problem.js';

/** Where a model is asked and events are posted: the platform's own address, which hands both on to the gateway. */
export interface Gateway {
  url: string;
  token: string;
}

export interface Answer {
  variant: string;
  exposureId: string;
  /** Target -> label of the one item that was asked about. */
  labels: Record<string, string>;
}

export interface FeedbackEvent {
  eventId: string;
  endpoint: string;
  unit: string;
  type: 'impression' | 'save';
  itemId: string;
  exposureId: string;
}

async function post(gateway: Gateway, path: string, body: unknown): Promise<unknown> {
  const request = new Request(new URL(path, gateway.url), {
    method: 'POST',
    headers: { authorization: `Bearer ${gateway.token}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  const response = await patientFetch(request).catch((error: unknown) => {
    throw unreachable(error);
  });
  const text = await response.text();
  const parsed: unknown = text === '' ? undefined : JSON.parse(text);
  if (!response.ok) throw new GraftProblem(toProblem(response.status, parsed));
  return parsed;
}

interface InferenceResponse {
  parameters?: Record<string, string | number | boolean>;
  outputs: { name: string; data: unknown[] }[];
}

/** Asks about one item by the Open Inference Protocol. `unit` is who asks: it decides the variant. */
export async function infer(
  gateway: Gateway,
  endpoint: string,
  question: { unit: string; itemId: string },
): Promise<Answer> {
  const response = (await post(gateway, `/v2/models/${encodeURIComponent(endpoint)}/infer`, {
    parameters: { unit: question.unit },
    inputs: [{ name: 'item_ids', datatype: 'BYTES', shape: [1], data: [question.itemId] }],
  })) as InferenceResponse;
  const suffix = '.label';
  const labels = response.outputs
    .filter(({ name }) => name.endsWith(suffix))
    .map(({ name, data }) => [name.slice(0, -suffix.length), String(data[0])]);
  return {
    variant: String(response.parameters?.['variant'] ?? ''),
    exposureId: String(response.parameters?.['exposure_id'] ?? ''),
    labels: Object.fromEntries(labels),
  };
}

/** Returns when the events are durable; an event id that was sent before counts once. */
export async function sendEvents(gateway: Gateway, events: readonly FeedbackEvent[]): Promise<void> {
  if (events.length > 0) await post(gateway, '/feedback/events', { events });
}
