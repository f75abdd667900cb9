import { createInterface } from 'node:readline';
import { ImportProblem } from '@graft/protocol';
import { Injectable } from '@nestjs/common';
import { ArtifactsService } from '../artifacts/index.js';
import { notFound, window, type Page, type PageRequest } from '../kernel/index.js';
import { Transactions } from '../platform/database/index.js';
import { Live } from '../platform/live/index.js';
import { ImportRunnerSlot } from './import-runner.js';
import { ImportUploadsService } from './import-uploads.service.js';
import type { Import } from './import.entity.js';
import { ImportsRepository } from './imports.repository.js';

/** A run that says nothing for this long is asked after. */
const SILENT_AFTER_MS = 30_000;

/** What happens to an import between its upload and its end. */
@Injectable()
export class ImportsService {
  constructor(
    private readonly imports: ImportsRepository,
    private readonly uploads: ImportUploadsService,
    private readonly artifacts: ArtifactsService,
    private readonly transactions: Transactions,
    private readonly live: Live,
    private readonly runner: ImportRunnerSlot,
  ) {}

  /** @throws DomainError `not-found` */
  async get(id: string): Promise<Import> {
    const found = await this.imports.find(id);
    if (found === null) throw notFound('import', id);
    return found;
  }

  list(datasetId: string, page: Parameters<ImportsRepository['list']>[1]): Promise<Page<Import>> {
    return this.imports.list(datasetId, page);
  }

  /** The refused rows in the order of the manifest; none before the import has ended. */
  async listProblems(id: string, page: PageRequest): Promise<Page<ImportProblem>> {
    const { problemsTree } = await this.get(id);
    if (problemsTree === null) return { items: [], total: 0 };
    const { skip, take } = window(page);
    const lines = createInterface({
      input: await this.artifacts.openFile(problemsTree, 'problems.jsonl'),
      crlfDelay: Infinity,
    });
    const items: ImportProblem[] = [];
    let total = 0;
    for await (const line of lines) {
      if (line === '') continue;
      if (total >= skip && items.length < take) items.push(ImportProblem.parse(JSON.parse(line)));
      total += 1;
    }
    return { items, total };
  }

  /** Asks for a run of a queued import; does nothing for one that has ended. */
  async startRun(id: string): Promise<void> {
    const found = await this.get(id);
    if (found.options === null || (found.state !== 'queued' && found.state !== 'running')) return;
    await this.runner.attached.start(id, this.uploads.folderOf(id), found.options);
  }

  /** Asks after the runs of imports that have been silent: a lost event or a lost end is made good here. */
  async askAfterSilentRuns(): Promise<void> {
    for (const silent of await this.imports.silentSince(new Date(Date.now() - SILENT_AFTER_MS), [
      'queued',
      'running',
    ])) {
      await this.imports.touch(silent.id);
      await this.startRun(silent.id);
    }
  }

  /**
   * The run is at work. A late report of an import that has ended is ignored.
   *
   * @param fraction share of the work that is done, 0 to 1
   */
  async reportProgress(id: string, fraction: number, phase: string): Promise<void> {
    await this.transactions.run(async (tx) => {
      if (!(await this.imports.progress(id, fraction, phase, tx))) return;
      await this.live.changed(tx, { resource: 'imports', id, type: 'updated' });
    });
  }
}
