import { all, answer, PER_PAGE, type Schemas } from '../api.js';
import { findEndpoint } from '../commands/endpoints.js';
import { findModel } from '../commands/models.js';
import { infer, sendEvents, type FeedbackEvent } from '../gateway.js';
import type { Session } from '../session.js';
import { bar } from '../terminal/output.js';
import type { DatasetVersion } from './import-step.js';
import type { Job } from './job.js';
import { isRight, saves, simulation, visitAt, type Visit } from './shoppers.js';

export type Endpoint = Schemas['Endpoint'];

const POLL_MS = 500;
const READY_WITHIN_MS = 180_000;

const show = (session: Session, id: string): Promise<Endpoint> =>
  answer(session.api.GET('/api/endpoints/{id}', { params: { path: { id } } }));

/** The endpoint with both variants, made where it is missing, when its servers are ready. */
export async function serveOnce(job: Job, nativeId: string, swappedId: string): Promise<Endpoint> {
  const { session, source } = job;
  const model = await findModel(session, source.model);
  const variants = [
    { name: 'native', modelVersionId: nativeId, weight: 0.5, role: 'control' as const },
    { name: 'swapped', modelVersionId: swappedId, weight: 0.5, role: 'treatment' as const },
  ];
  const known = await findEndpoint(session, source.endpoint);
  const { id } =
    known ??
    (await answer(
      session.api.POST('/api/endpoints', { body: { name: source.endpoint, modelId: model.id, variants } }),
    ));
  const deadline = Date.now() + READY_WITHIN_MS;
  const progress = session.output.progress();
  for (;;) {
    const endpoint = await show(session, id);
    if (endpoint.variants.every((variant) => variant.serverState === 'ready')) {
      progress.done(`   ${source.endpoint}: both variants are ready`);
      return endpoint;
    }
    const states = endpoint.variants
      .map(
        ({ name, serverState, serverMessage }) => `${name} ${serverState}${serverMessage ? ` (${serverMessage})` : ''}`,
      )
      .join(', ');
    if (Date.now() > deadline)
      throw new Error(
        `endpoint ${source.endpoint}: expected ready servers within ${READY_WITHIN_MS / 1000} s, found ${states}`,
      );
    progress.update(`   servers: ${states}`);
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

const IN_FLIGHT = 8;
/** Events go out after every so many visits: a job that is killed loses those of one batch at most, and doubles none. */
const BATCH = 40;

/** How many visits the endpoint has had: where a job that was killed goes on. */
const visitsSoFar = (endpoint: Endpoint): number =>
  endpoint.variants.reduce((sum, { traffic }) => sum + traffic.requests, 0);

async function visit(job: Job, each: Visit, attributes: Record<string, string>): Promise<FeedbackEvent[]> {
  const { session, source } = job;
  const answered = await infer(session, source.endpoint, each);
  const event = { endpoint: source.endpoint, unit: each.unit, itemId: each.itemId, exposureId: answered.exposureId };
  // The id names endpoint and visit: posting it again changes nothing.
  return saves(each, isRight(answered.labels, attributes))
    ? [{ ...event, eventId: `${source.endpoint}-visit-${each.number}-save`, type: 'save' }]
    : [];
}

/** Sends the simulated shoppers through the gateway and posts what they did. */
export async function visitEndpoint(job: Job, endpoint: Endpoint, version: DatasetVersion): Promise<void> {
  const { session } = job;
  const items = await heldOutItems(session, version);
  const ids = [...items.keys()].sort();
  const start = visitsSoFar(await show(session, endpoint.id));
  const progress = session.output.progress();
  if (start > 0) session.output.note(`   ${start} visits were made already`);
  for (let first = start; first < simulation.visits; first += BATCH) {
    const batch = Array.from({ length: Math.min(BATCH, simulation.visits - first) }, (_, i) => visitAt(first + i, ids));
    const events: FeedbackEvent[] = [];
    const work = batch[Symbol.iterator]();
    const serveNext = async (): Promise<void> => {
      for (const each of work) events.push(...(await visit(job, each, items.get(each.itemId) ?? {})));
    };
    await Promise.all(Array.from({ length: IN_FLIGHT }, serveNext));
    await sendEvents(session, events);
    progress.update(
      `   visits  ${bar((first + batch.length) / simulation.visits)}  ${first + batch.length} of ${simulation.visits} by simulated shoppers`,
    );
  }
  await untilCounted(session, endpoint.id);
  progress.done(
    `   ${simulation.visits} visits of ${simulation.shoppers} simulated shoppers (a simulation: they save more often what was labelled right)`,
  );
}

const COUNTED_WITHIN_MS = 20_000;

/** The gateway's log reaches the database a moment after the answer; the analysis should see all of it. */
async function untilCounted(session: Session, id: string): Promise<void> {
  const deadline = Date.now() + COUNTED_WITHIN_MS;
  while (visitsSoFar(await show(session, id)) < simulation.visits) {
    if (Date.now() > deadline) {
      session.output.note(
        `   not all visits were counted within ${COUNTED_WITHIN_MS / 1000} s; the analysis goes on with those that were`,
      );
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

/** Id -> attributes of the products no model was trained on. */
async function heldOutItems(session: Session, version: DatasetVersion): Promise<Map<string, Record<string, string>>> {
  const split = (version.splitCounts['test'] ?? 0) > 0 ? 'test' : 'val';
  const items = await all((page) =>
    answer(
      session.api.GET('/api/dataset-versions/{id}/items', {
        params: { path: { id: version.id }, query: { page, perPage: PER_PAGE, split } },
      }),
    ),
  );
  return new Map(items.map(({ id, attributes }) => [id, attributes]));
}
