import { all, answer, PER_PAGE, type Schemas } from '../api.js';
import { findModel, type ModelVersion } from '../commands/models.js';
import { GraftProblem } from '@graft/client';
import type { Job } from './job.js';

export type Rollout = Schemas['Rollout'];

export interface Decision {
  rollout: Rollout;
  /** What the server told the requester who tried to approve; null where that was not tried again. */
  refusal: string | null;
  /** Version number that champion points at now; null where it points at none. */
  champion: number | null;
}

const POLL_MS = 500;
const LIVE_WITHIN_MS = 60_000;
const over: readonly Rollout['state'][] = ['rejected', 'cancelled', 'superseded', 'rolled-back'];

/** The requester tries to approve, to show that this door is shut. */
async function refusedApproval({ session }: Job, id: string): Promise<string> {
  try {
    await answer(
      session.api.POST('/api/rollouts/{id}/approve', {
        params: { path: { id } },
        body: { comment: 'approving my own request' },
      }),
    );
  } catch (error) {
    if (!(error instanceof GraftProblem)) throw error;
    return `${error.problem.code}: ${error.problem.detail}`;
  }
  throw new Error('a rollout was approved by its own requester; that must never be possible');
}

async function untilLive(job: Job, id: string): Promise<Rollout> {
  const deadline = Date.now() + LIVE_WITHIN_MS;
  for (;;) {
    const rollout = await answer(job.session.api.GET('/api/rollouts/{id}', { params: { path: { id } } }));
    if (rollout.state === 'live' || over.includes(rollout.state)) return rollout;
    if (Date.now() > deadline)
      throw new Error(
        `rollout ${id}: expected it to be live within ${LIVE_WITHIN_MS / 1000} s, found ${rollout.state}`,
      );
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

export async function decideRollout(
  job: Job,
  wanted: { version: ModelVersion; endpointId: string },
): Promise<Decision> {
  const { session, admin, source } = job;
  const listed = await all((page) =>
    answer(session.api.GET('/api/rollouts', { params: { query: { page, perPage: PER_PAGE } } })),
  );
  const known = listed.find((each) => each.candidate.id === wanted.version.id && !over.includes(each.state));
  const requested =
    known ??
    (await answer(
      session.api.POST('/api/rollouts', {
        body: {
          modelVersionId: wanted.version.id,
          endpointId: wanted.endpointId,
          reason: 'Stored vectors in place of the vision encoder: see the comparison of the main job',
        },
      }),
    ));
  session.output.note(`   rollout ${requested.id}: ${requested.state}`);
  let rollout = requested;
  let refusal: string | null = null;
  if (rollout.state === 'requested') {
    refusal = await refusedApproval(job, rollout.id);
    session.output.note(`   the requester may not approve it: ${refusal}`);
    if (admin === null) session.output.note(`   it waits for an admin: graft rollout approve ${rollout.id}`);
    else
      await answer(
        admin.api.POST('/api/rollouts/{id}/approve', {
          params: { path: { id: rollout.id } },
          body: { comment: 'The comparison and the analysis were read' },
        }),
      );
  }
  if (admin !== null) rollout = await untilLive(job, rollout.id);
  const model = await findModel(session, source.model);
  const champion = model.aliases.some(({ alias, versionId }) => alias === 'champion' && versionId === wanted.version.id)
    ? wanted.version.version
    : null;
  session.output.note(
    champion === null
      ? `   rollout: ${rollout.state}`
      : `   champion of ${source.model} is version ${champion}; one step back: graft rollout rollback ${rollout.id} --reason TEXT`,
  );
  return { rollout, refusal, champion };
}
