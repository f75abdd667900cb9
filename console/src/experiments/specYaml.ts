import { parse, stringify } from 'yaml';
import type { SpecDraft } from './specDraft.js';

export const writeSpec = (spec: object): string => stringify(spec, { lineWidth: 120 });

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Reads a spec as far as the form needs it; whether it makes sense is the server's to say. A text is the reason it cannot be read. */
export function parseSpec(text: string): SpecDraft | string {
  let value: unknown;
  try {
    value = parse(text);
  } catch (error) {
    return `Not YAML: ${error instanceof Error ? error.message : String(error)}`;
  }
  if (!isRecord(value)) return 'Expected an object with name and steps.';
  if (typeof value.name !== 'string') return 'name is missing: expected a text.';
  if (!Array.isArray(value.steps)) return 'steps is missing: expected a list.';
  for (const [index, step] of value.steps.entries()) {
    if (!isRecord(step)) return `steps.${index}: expected an object with name, recipe and parameters.`;
    if (typeof step.name !== 'string') return `steps.${index}.name is missing: expected a text.`;
    if (typeof step.recipe !== 'string') return `steps.${index}.recipe is missing: expected the name of a recipe.`;
    if (!isRecord(step.parameters)) return `steps.${index}.parameters is missing: expected an object.`;
  }
  return value as SpecDraft;
}
