import { randomUUID } from 'node:crypto';
import { answer, unreachable, type Schemas } from '../api.js';
import { GraftProblem } from '@graft/client';
import { toProblem } from '../problem.js';
import type { Session } from '../session.js';
import { bar } from '../terminal/output.js';
import { multipartBody } from './multipart.js';
import type { ImportPlan } from './plan.js';

export type Import = Schemas['Import'];

const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`;

/** Sends the upload while it is read. Not through the generated client, whose bodies are objects and not streams of their own making. */
export async function upload(session: Session, datasetId: string, plan: ImportPlan): Promise<Import> {
  const boundary = `graft-${randomUUID()}`;
  const progress = session.output.progress();
  const body = ReadableStream.from(
    multipartBody(plan, boundary, (bytes, files) =>
      progress.update(
        `upload  ${bar(plan.bytes > 0 ? bytes / plan.bytes : 1)}  ${files} of ${plan.files.length} pictures, ${megabytes(bytes)}`,
      ),
    ),
  );
  const response = await fetch(new URL(`/api/datasets/${encodeURIComponent(datasetId)}/imports`, session.url), {
    method: 'POST',
    headers: { authorization: `Bearer ${session.token}`, 'content-type': `multipart/form-data; boundary=${boundary}` },
    body,
    duplex: 'half',
  }).catch((error: unknown) => {
    throw unreachable(error);
  });
  const text = await response.text();
  if (!response.ok) throw new GraftProblem(toProblem(response.status, parseOr(text)));
  progress.done(`upload  ${plan.files.length} pictures, ${megabytes(plan.bytes)}`);
  return JSON.parse(text) as Import;
}

function parseOr(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

const POLL_MS = 500;

/** Follows an import to its end, whichever that is. */
export async function followImport(session: Session, id: string): Promise<Import> {
  const progress = session.output.progress();
  for (;;) {
    const found = await answer(session.api.GET('/api/imports/{id}', { params: { path: { id } } }));
    if (found.state === 'succeeded' || found.state === 'failed') {
      progress.done('');
      return found;
    }
    progress.update(`import  ${bar(found.progress)}  ${found.phase === '' ? found.state : found.phase}`);
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}
