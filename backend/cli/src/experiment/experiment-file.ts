import { readFile } from 'node:fs/promises';
import { isNode, LineCounter, parseDocument } from 'yaml';
import { UsageError } from '../exit-codes.js';
import type { Problem } from '@graft/client';

/** An experiment as it was written: the server judges its content, this knows where in the file each field stands. */
export interface ExperimentFile {
  spec: Record<string, unknown>;
  /** Line of a field named as the server names it (`steps.2.parameters.dataset`, `steps[2].parameters`), or of its nearest parent. */
  lineOf(field: string): number | undefined;
}

const isMapping = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export function parseExperiment(text: string, file: string): ExperimentFile {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: true });
  const [fault] = document.errors;
  if (fault)
    throw new UsageError(
      `${file}, line ${fault.linePos?.[0].line ?? 1}: expected YAML, found: ${fault.message.split('\n')[0]}`,
    );
  const spec: unknown = document.toJS();
  if (!isMapping(spec))
    throw new UsageError(
      `${file}: expected a mapping with name and steps, found ${spec === null ? 'an empty file' : Array.isArray(spec) ? 'a list' : typeof spec}`,
    );
  if (!Array.isArray(spec['steps']) || spec['steps'].length === 0)
    throw new UsageError(
      `${file}: expected steps, a list with at least one step, found ${JSON.stringify(spec['steps']) ?? 'nothing'}`,
    );
  return {
    spec,
    lineOf(field) {
      const keys = field
        .split(/[.[\]]+/)
        .filter((key) => key !== '')
        .map((key) => (/^\d+$/.test(key) ? Number(key) : key));
      for (let depth = keys.length; depth > 0; depth--) {
        const node: unknown = document.getIn(keys.slice(0, depth), true);
        if (isNode(node) && node.range) return lines.linePos(node.range[0]).line;
      }
      return undefined;
    },
  };
}

export async function readExperiment(path: string): Promise<ExperimentFile> {
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    throw new UsageError(
      `experiment file: expected a readable YAML file at ${path}, found: ${error instanceof Error ? error.message : String(error)}`,
    );
  });
  return parseExperiment(text, path);
}

/** The server's problem with the file's line beside each field. */
export const locateProblem = (problem: Problem, file: ExperimentFile): Problem => ({
  ...problem,
  errors: (problem.errors ?? []).map((error) => {
    const line = file.lineOf(error.field);
    return line === undefined ? error : { ...error, field: `${error.field} (line ${line})` };
  }),
});
