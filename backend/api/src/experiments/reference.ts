import { ItemId, Name, SpaceId } from '@graft/protocol';
import { z } from 'zod';

/** What a mount field of a step names, before the server resolves it to a tree. */
export type Reference =
  | { kind: 'step'; step: string }
  | { kind: 'dataset'; name: string; version: number | null }
  | { kind: 'model'; name: string; version: string }
  | { kind: 'snapshot'; id: string }
  /** The bundle whose encoder writes the space. */
  | { kind: 'space'; id: string };

const FORMS =
  'step:NAME, dataset:NAME, dataset:NAME@VERSION, model:NAME@VERSION, model:NAME@ALIAS, snapshot:ID, snapshot:latest or space:ID';

/** @returns null where the text has none of the forms */
export function parseReference(text: string): Reference | null {
  const colon = text.indexOf(':');
  const rest = text.slice(colon + 1);
  const at = rest.lastIndexOf('@');
  const name = at === -1 ? rest : rest.slice(0, at);
  const version = at === -1 ? null : rest.slice(at + 1);
  if (!Name.safeParse(name).success && !ItemId.safeParse(name).success) return null;
  switch (text.slice(0, colon)) {
    case 'step':
      return version === null ? { kind: 'step', step: name } : null;
    case 'dataset':
      if (version === null) return { kind: 'dataset', name, version: null };
      return /^[1-9]\d{0,8}$/.test(version) ? { kind: 'dataset', name, version: Number(version) } : null;
    case 'model':
      return version !== null && Name.safeParse(version).success ? { kind: 'model', name, version } : null;
    case 'snapshot':
      return version === null ? { kind: 'snapshot', id: name } : null;
    case 'space':
      return version === null && SpaceId.safeParse(name).success ? { kind: 'space', id: name } : null;
    default:
      return null;
  }
}

export const ReferenceText = z
  .string()
  .refine((text) => parseReference(text) !== null, `expected a reference: ${FORMS}`)
  .describe(`A reference: ${FORMS}`);
