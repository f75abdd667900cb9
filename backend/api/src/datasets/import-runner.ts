import { Injectable } from '@nestjs/common';
import type { ImportOptions } from './import.entity.js';

/**
 * Runs an import in a sandbox. Datasets ask for it and know nothing of sandboxes; a feature further right implements it and attaches
 * itself to the slot. Meanwhile it calls `ImportsService.reportProgress`, at the end, once or more, `ImportsService.complete`.
 */
export interface ImportRunner {
  /**
   * Makes sure that a run of this import exists. Called again for the same import it changes nothing, except that the end of a run
   * which has ended already is reported again.
   *
   * @param uploadFolder files.bin, files.jsonl, manifest.csv or manifest.jsonl, and pairs.csv where pairs were sent
   */
  start(importId: string, uploadFolder: string, options: ImportOptions): Promise<void>;
}

@Injectable()
export class ImportRunnerSlot {
  private runner: ImportRunner | undefined;

  attach(runner: ImportRunner): void {
    this.runner = runner;
  }

  get attached(): ImportRunner {
    if (this.runner === undefined) throw new Error('No feature runs imports in this process');
    return this.runner;
  }
}
