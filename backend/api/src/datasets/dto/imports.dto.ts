import { Failure, ImportInput, ImportProblem } from '@graft/protocol';
import { z } from 'zod';
import { dto, listDto, listQuery, Timestamp } from '../../platform/http/index.js';
import type { Import } from '../import.entity.js';
import { importStates } from '../import.states.js';

/** The `options` field of an upload. */
export const ImportOptionsDto = dto(
  'ImportOptions',
  z.strictObject({
    manifest: ImportInput.shape.manifest.describe('Format of the manifest'),
    columns: ImportInput.shape.columns
      .prefault({})
      .describe('Which column holds what; the names of the fields where they are not given'),
    missingSplit: ImportInput.shape.missingSplit.describe(
      'Rows without a split: refuse them, or draw 80/10/10 by hash of the id',
    ),
  }),
);

export const ImportStateDto = dto('ImportState', z.enum(importStates.states));
const FailureDto = dto('Failure', Failure);

export const ImportDto = dto(
  'Import',
  z.strictObject({
    id: z.uuid(),
    datasetId: z.uuid(),
    state: ImportStateDto,
    progress: z.number().describe('Share of the work that is done, 0 to 1'),
    phase: z.string(),
    rows: z.number().int().describe('Rows of the manifest'),
    accepted: z.number().int().describe('Rows that became items'),
    rejected: z.number().int().describe('Rows that did not; listImportProblems says why'),
    versionId: z.uuid().nullable().describe('The new dataset version, once it succeeded'),
    failure: FailureDto.nullable(),
    createdAt: Timestamp,
  }),
);
export type ImportDto = z.infer<typeof ImportDto>;
export const ImportListDto = listDto('ImportList', ImportDto);
export type ImportListDto = z.infer<typeof ImportListDto>;

export const ImportProblemDto = dto('ImportProblem', ImportProblem);
export const ImportProblemListDto = listDto('ImportProblemList', ImportProblemDto);
export type ImportProblemListDto = z.infer<typeof ImportProblemListDto>;

export const ListImportsQuery = listQuery(['createdAt'], { sort: 'createdAt', order: 'desc' });
export type ListImportsQuery = z.infer<typeof ListImportsQuery>;
export const ListImportProblemsQuery = listQuery(['row'], { sort: 'row', order: 'asc' });
export type ListImportProblemsQuery = z.infer<typeof ListImportProblemsQuery>;

export function importDto(found: Import): ImportDto {
  const { id, datasetId, state, progress, phase, rows, accepted, rejected, versionId, failure, createdAt } = found;
  return {
    id,
    datasetId,
    state,
    progress,
    phase,
    rows,
    accepted,
    rejected,
    versionId,
    failure,
    createdAt: createdAt.toISOString(),
  };
}

/** The multipart body of an upload: its parts must be sent in this order. */
export const uploadSchema = {
  type: 'object',
  required: ['options', 'manifest'],
  properties: {
    options: {
      type: 'string',
      description: 'JSON of ImportOptions: {"manifest": "csv" | "jsonl", "columns"?, "missingSplit"?}. The first part',
    },
    manifest: {
      type: 'string',
      format: 'binary',
      description: 'CSV with a header, or JSON lines: id, file, title, split, attributes. The second part',
    },
    pairs: {
      type: 'string',
      format: 'binary',
      description: 'CSV a,b,weight of items that the same people engaged with',
    },
    file: {
      type: 'array',
      items: { type: 'string', format: 'binary' },
      description: 'Pictures; the file name of each is the value in the manifest',
    },
  },
};
