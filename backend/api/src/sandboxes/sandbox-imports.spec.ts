import { ImportInput } from '@graft/protocol';
import { Logger } from '@nestjs/common';
import { beforeEach, expect, it, vi } from 'vitest';
import { ImportRunnerSlot, type ImportCompletionService, type ImportsService } from '../datasets/index.js';
import { eventually } from '../testing/eventually.js';
import { SandboxImports } from './sandbox-imports.js';
import type { SandboxRunner } from './sandbox-runner.js';
import type { SandboxesRepository } from './sandboxes.repository.js';

const importId = '01900000-0000-7000-8000-000000000001';
const runnerStart = vi.fn<SandboxRunner['start']>();
const complete = vi.fn<ImportCompletionService['complete']>();
let imports: SandboxImports;

beforeEach(() => {
  vi.resetAllMocks();
  Logger.overrideLogger(false);
  imports = new SandboxImports(
    { start: runnerStart } as unknown as SandboxRunner,
    { aliveOf: async () => [] } as unknown as SandboxesRepository,
    { reportProgress: async () => undefined } as unknown as ImportsService,
    { complete } as unknown as ImportCompletionService,
    new ImportRunnerSlot(),
  );
});

const { upload: _, ...options } = ImportInput.parse({ upload: 'upload', manifest: 'csv', columns: {} });
const ask = (): Promise<void> => imports.start(importId, '/uploads/x', options);

it('starts one sandbox when the event and the sweep ask for an import at the same moment', async () => {
  runnerStart.mockReturnValue(new Promise(() => undefined));
  await Promise.all([ask(), ask()]);
  await eventually(() => expect(runnerStart).toHaveBeenCalled());
  expect(runnerStart).toHaveBeenCalledTimes(1);
});

it('fails an import that cannot be started, after five attempts, and says why', async () => {
  runnerStart.mockRejectedValue(new Error('no sandbox can be built here'));
  for (let attempt = 1; attempt <= 5; attempt += 1) {
    expect(complete).not.toHaveBeenCalled();
    // It is let in once the attempt before has ended.
    await eventually(async () => {
      if (runnerStart.mock.calls.length < attempt) await ask();
      expect(runnerStart).toHaveBeenCalledTimes(attempt);
    });
  }
  await eventually(() => expect(complete).toHaveBeenCalledTimes(1));
  expect(complete).toHaveBeenCalledWith(importId, {
    failure: { code: 'internal', message: expect.stringContaining('no sandbox can be built here'), retryable: true },
  });
});
