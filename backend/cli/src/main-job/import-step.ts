import { all, answer, PER_PAGE, type Schemas } from '../api.js';
import { datasetNamed, describeImport } from '../commands/datasets.js';
import { planImport, type ImportPlan } from '../import/plan.js';
import { followImport, upload } from '../import/upload.js';
import type { Session } from '../session.js';
import { bar } from '../terminal/output.js';
import type { Job } from './job.js';
import type { JobDataset } from './sources.js';

export type DatasetVersion = Schemas['DatasetVersion'];

/** Versions of a dataset, oldest first. */
export async function versionsOf(session: Session, datasetId: string): Promise<DatasetVersion[]> {
  const found = await all((page) =>
    answer(
      session.api.GET('/api/datasets/{id}/versions', {
        params: { path: { id: datasetId }, query: { page, perPage: PER_PAGE } },
      }),
    ),
  );
  return found.sort((a, b) => a.version - b.version);
}

/** An import that was uploaded whole by an earlier start of this job and is still at work. */
async function importUnderWay(session: Session, datasetId: string): Promise<string | undefined> {
  const { items } = await answer(
    session.api.GET('/api/datasets/{id}/imports', {
      params: { path: { id: datasetId }, query: { perPage: PER_PAGE } },
    }),
  );
  return items.find(({ state }) => state === 'queued' || state === 'running')?.id;
}

/** Uploads a plan, unless that was done already, and waits for the version it becomes. */
export async function importPlan(session: Session, datasetId: string, plan: ImportPlan): Promise<DatasetVersion> {
  const id = (await importUnderWay(session, datasetId)) ?? (await upload(session, datasetId, plan)).id;
  const done = await followImport(session, id);
  for (const line of await describeImport(session, done)) session.output.note(`   ${line}`);
  if (!done.versionId) throw new Error(`import ${done.id} failed: ${done.failure?.message ?? 'no version was made'}`);
  return answer(session.api.GET('/api/dataset-versions/{id}', { params: { path: { id: done.versionId } } }));
}

/** The plan of a data set of the job, its pictures rendered where they are not there yet. */
export async function planOf(job: Job, dataset: JobDataset): Promise<ImportPlan> {
  const progress = job.session.output.progress();
  const request = await dataset.prepare((done) =>
    progress.update(
      `   render  ${bar(done / dataset.pictures)}  ${done} of ${dataset.pictures} pictures of ${dataset.name}`,
    ),
  );
  progress.done('');
  return planImport(request);
}

/** The first version of a data set of the job: found, or imported now. */
export async function importOnce(job: Job, dataset: JobDataset): Promise<DatasetVersion> {
  const { session, phases } = job;
  const owner = await datasetNamed(session, dataset.name, { description: dataset.description, tier: 'internal' });
  const [first] = await versionsOf(session, owner.id);
  if (first) {
    phases.resumed = true;
    session.output.note(`   ${dataset.name}: version ${first.version} with ${first.itemCount} items is there already`);
    return first;
  }
  const plan = await phases.run(`render ${dataset.name}`, () => planOf(job, dataset));
  session.output.note(`   ${dataset.name}: ${plan.rows} rows, ${plan.files.length} pictures`);
  return phases.run(`import ${dataset.name}`, () => importPlan(session, owner.id, plan));
}
