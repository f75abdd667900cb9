import { answer } from '../api.js';
import { seededRandom } from '../catalogue/random.js';
import type { DatasetVersion } from '../main-job/import-step.js';
import type { Session } from '../session.js';
import type { Question } from './asking.js';

export interface Questions {
  readonly pictures: Question[];
  readonly items: Question[];
  /** Titles; none where the encoder reads pictures only. */
  readonly texts: Question[];
}

const PER_PAGE = 200;

/** Held-out products as questions: their pictures as a visitor would send them, their ids, their titles. */
export async function heldOutQuestions(
  session: Session,
  version: DatasetVersion,
  { count, readsTexts }: { count: number; readsTexts: boolean },
): Promise<Questions> {
  const held = await heldOutItems(session, version);
  const random = seededRandom('search-bench');
  const chosen = Array.from({ length: count }, () => random.pick(held));
  const pictures: Question[] = [];
  for (const { id } of chosen) pictures.push({ picture: await pictureOf(session, version.id, id) });
  return {
    pictures,
    items: chosen.map(({ id }) => ({ item: id })),
    texts: readsTexts ? chosen.map(({ title }) => ({ text: title })) : [],
  };
}

async function heldOutItems(session: Session, { id }: DatasetVersion): Promise<{ id: string; title: string }[]> {
  const items: { id: string; title: string }[] = [];
  for (let page = 1; page <= 10; page += 1) {
    const found = await answer(
      session.api.GET('/api/dataset-versions/{id}/items', {
        params: { path: { id }, query: { split: 'val', page, perPage: PER_PAGE } },
      }),
    );
    items.push(...found.items.map((item) => ({ id: item.id, title: item.title })));
    if (items.length >= found.total) break;
  }
  return items;
}

async function pictureOf(session: Session, versionId: string, itemId: string): Promise<string> {
  const url = new URL(`/api/dataset-versions/${versionId}/items/${encodeURIComponent(itemId)}/picture`, session.url);
  const response = await fetch(url, { headers: { authorization: `Bearer ${session.token}` } });
  if (!response.ok) throw new Error(`the picture of item ${itemId} was answered with ${response.status}`);
  return Buffer.from(await response.arrayBuffer()).toString('base64');
}
