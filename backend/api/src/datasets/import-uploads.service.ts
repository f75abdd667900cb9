import type { IncomingHttpHeaders } from 'node:http';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import type { Readable } from 'node:stream';
import type { Failure } from '@graft/protocol';
import { Injectable } from '@nestjs/common';
import type { Actor } from '../identity/index.js';
import { newId } from '../kernel/index.js';
import { Config } from '../platform/config/env.js';
import { Transactions, type Tx } from '../platform/database/index.js';
import { Live } from '../platform/live/index.js';
import { Outbox } from '../platform/outbox/index.js';
import { ImportEnded, ImportQueued } from './datasets.events.js';
import { DatasetsService } from './datasets.service.js';
import type { Import } from './import.entity.js';
import { importStates } from './import.states.js';
import { ImportsRepository } from './imports.repository.js';
import { receiveUpload } from './receive-upload.js';
import { UploadFolder } from './upload-folder.js';

const SIGN_OF_LIFE_MS = 10_000;
/** An upload without a sign of life for this long has lost its process. */
const LOST_AFTER_MS = 60_000;

/** Takes uploads in: what a client was told has arrived is on disk and in the database, and survives anything. */
@Injectable()
export class ImportUploadsService {
  constructor(
    private readonly config: Config,
    private readonly imports: ImportsRepository,
    private readonly datasets: DatasetsService,
    private readonly transactions: Transactions,
    private readonly outbox: Outbox,
    private readonly live: Live,
  ) {}

  folderOf(importId: string): string {
    return path.join(this.config.home, 'uploads', importId);
  }

  /** Writes the body to disk, makes it durable, and only then queues the import. @returns the queued import */
  async receive(
    actor: Actor,
    datasetId: string,
    request: { body: Readable; headers: IncomingHttpHeaders },
  ): Promise<Import> {
    await this.datasets.get(datasetId);
    const opened = await this.open(actor, datasetId);
    const folder = await UploadFolder.create(this.folderOf(opened.id));
    try {
      const options = await receiveUpload(request, folder, this.signsOfLife(opened.id));
      await folder.seal();
      const phase = 'waiting for a sandbox';
      return await this.transactions.run(async (tx) => {
        await this.imports.move(opened, 'queued', { options, phase }, tx);
        await this.outbox.publish(tx, ImportQueued, { importId: opened.id });
        await this.live.changed(tx, { resource: 'imports', id: opened.id, type: 'updated' });
        return { ...opened, state: 'queued', options, phase };
      });
    } catch (error) {
      await folder.discard();
      const message =
        error instanceof Error ? error.message.slice(0, 2000) : 'The upload failed. Start the import again.';
      await this.fail(opened, { code: 'input-invalid', message, retryable: true });
      throw error;
    }
  }

  /** Fails uploads whose process died in the middle. */
  async failLost(): Promise<void> {
    for (const lost of await this.imports.silentSince(new Date(Date.now() - LOST_AFTER_MS), ['uploading'])) {
      await this.fail(lost, {
        code: 'input-invalid',
        message: 'The upload was interrupted before everything had arrived. Start the import again.',
        retryable: true,
      });
    }
  }

  /** Removes what an ended import had uploaded. */
  async discard(importId: string): Promise<void> {
    await rm(this.folderOf(importId), { recursive: true, force: true });
  }

  private open(actor: Actor, datasetId: string): Promise<Import> {
    const now = new Date();
    const opened: Import = {
      id: newId(),
      datasetId,
      state: importStates.initial,
      options: null,
      rows: 0,
      accepted: 0,
      rejected: 0,
      progress: 0,
      phase: 'uploading',
      versionId: null,
      problemsTree: null,
      failure: null,
      requestedBy: actor.personId,
      createdAt: now,
      updatedAt: now,
    };
    return this.transactions.run(async (tx) => {
      await this.imports.insert(opened, tx);
      await this.live.changed(tx, { resource: 'imports', id: opened.id, type: 'created' });
      return opened;
    });
  }

  private fail(found: Import, failure: Failure): Promise<void> {
    return this.transactions.run(async (tx: Tx) => {
      await this.imports.move(found, 'failed', { failure, phase: 'failed' }, tx);
      await this.outbox.publish(tx, ImportEnded, { importId: found.id });
      await this.live.changed(tx, { resource: 'imports', id: found.id, type: 'updated' });
    });
  }

  /** Says at most every ten seconds that the upload goes on; a missed one does no harm. */
  private signsOfLife(importId: string): () => void {
    let last = Date.now();
    return () => {
      if (Date.now() - last < SIGN_OF_LIFE_MS) return;
      last = Date.now();
      this.imports.touch(importId).catch(() => undefined);
    };
  }
}
