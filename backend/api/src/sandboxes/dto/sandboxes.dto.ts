import { z } from 'zod';
import { dto, listDto, listQuery, Timestamp } from '../../platform/http/index.js';
import type { IsolationReportRecord } from '../isolation-report.entity.js';
import { isolationResources } from '../sandbox-driver.js';
import type { SandboxRecord } from '../sandbox.entity.js';

const Level = z.enum(['strong', 'partial', 'none']);

export const SandboxDto = dto(
  'Sandbox',
  z.strictObject({
    id: z.uuid(),
    purpose: z.enum(['run', 'import', 'serve']),
    subjectId: z.uuid().describe('The run, import, model version or search index version it works for'),
    attempt: z.number().int(),
    recipe: z.string(),
    driver: z.string(),
    host: z.string(),
    isolationLevel: Level.describe('What was measured of its isolation when it started'),
    memoryBytes: z.number().describe('The most memory it may use'),
    createdAt: Timestamp,
    endedAt: Timestamp.nullable(),
    endReason: z.string().nullable(),
    exitCode: z.number().int().nullable(),
    cpuSeconds: z.number(),
    peakMemoryBytes: z.number(),
  }),
);
export type SandboxDto = z.infer<typeof SandboxDto>;
export const SandboxListDto = listDto('SandboxList', SandboxDto);
export type SandboxListDto = z.infer<typeof SandboxListDto>;

export const ListSandboxesQuery = listQuery(['createdAt', 'cpuSeconds'], { sort: 'createdAt', order: 'desc' }).extend({
  purpose: z.enum(['run', 'import', 'serve']).optional(),
  subjectId: z.uuid().optional(),
  alive: z.stringbool().optional().describe('true: those that run now; false: those that ended'),
});
export type ListSandboxesQuery = z.infer<typeof ListSandboxesQuery>;

export const IsolationReportDto = dto(
  'IsolationReport',
  z.strictObject({
    id: z.uuid(),
    host: z.string(),
    driver: z.string(),
    runtime: z.string(),
    level: Level.describe(
      'strong: every probe was blocked and every limit is enforced by the kernel; partial: something is only watched; none: no isolation',
    ),
    findings: z.array(
      z.strictObject({
        resource: z.enum(isolationResources),
        level: Level,
        reason: z.string(),
        remedy: z.string().nullable().describe('What an administrator does to get more'),
      }),
    ),
    probes: z.array(
      z.strictObject({
        id: z.string(),
        resource: z.enum(isolationResources),
        title: z.string(),
        control: z.enum(['succeeded', 'failed']).describe('The same attempt without the sandbox'),
        inside: z.enum(['blocked', 'succeeded', 'error']),
        verdict: z
          .enum(['blocked', 'escaped', 'not-proven'])
          .describe('not-proven: the control did not succeed either'),
        detail: z.string(),
      }),
    ),
    sharedKernel: z.literal(true).describe('Sandboxes share the kernel of the host'),
    tookMs: z.number(),
    createdAt: Timestamp,
  }),
);
export type IsolationReportDto = z.infer<typeof IsolationReportDto>;

export const IsolationDto = dto(
  'Isolation',
  z.strictObject({ reports: z.array(IsolationReportDto).describe('The newest of each worker host') }),
);
export type IsolationDto = z.infer<typeof IsolationDto>;

export function sandboxDto({
  limits,
  workerId: _workerId,
  slot: _slot,
  pid: _pid,
  createdAt,
  endedAt,
  ...sandbox
}: SandboxRecord): SandboxDto {
  return {
    ...sandbox,
    memoryBytes: limits.memoryBytes,
    createdAt: createdAt.toISOString(),
    endedAt: endedAt?.toISOString() ?? null,
  };
}

export function isolationReportDto({ id, host, report, createdAt }: IsolationReportRecord): IsolationReportDto {
  return { ...report, id, host, createdAt: createdAt.toISOString() };
}
