import { createInterface } from 'node:readline';
import { DatasetItem, DatasetManifest, type Failure, type Tree } from '@graft/protocol';
import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import { ArtifactsService } from '../artifacts/index.js';
import { DomainError, newId, notFound } from '../kernel/index.js';
import { Transactions, type Tx } from '../platform/database/index.js';
import { Live } from '../platform/live/index.js';
import { Outbox } from '../platform/outbox/index.js';
import { DatasetVersionsRepository } from './dataset-versions.repository.js';
import type { DatasetVersion } from './dataset-version.entity.js';
import { DatasetVersionCreated, ImportEnded } from './datasets.events.js';
import { DatasetsRepository } from './datasets.repository.js';
import type { Import } from './import.entity.js';
import { importStates } from './import.states.js';
import { ImportsRepository } from './imports.repository.js';

/** What the import recipe says at its end. */
export const ImportResult = z.object({
  rows: z.number().int().min(0),
  accepted: z.number().int().min(0),
  rejected: z.number().int().min(0),
});
export type ImportResult = z.infer<typeof ImportResult>;

export type ImportOutcome =
  | { readonly datasetTree: string; readonly problemsTree: string; readonly result: ImportResult }
  | { readonly failure: Failure; readonly problemsTree?: string };

/** Ends imports: the new version, its items and the import's last state appear in one transaction, or none of them does. */
@Injectable()
export class ImportCompletionService {
  constructor(
    private readonly imports: ImportsRepository,
    private readonly datasets: DatasetsRepository,
    private readonly versions: DatasetVersionsRepository,
    private readonly artifacts: ArtifactsService,
    private readonly transactions: Transactions,
    private readonly outbox: Outbox,
    private readonly live: Live,
  ) {}

  /** Told more than once, it changes nothing more. A tree that is no proper dataset fails the import and says why. */
  async complete(importId: string, outcome: ImportOutcome): Promise<void> {
    try {
      await this.transactions.run((tx) => this.end(importId, outcome, tx));
    } catch (error) {
      const why = refusal(error);
      if (why === undefined) throw error;
      const failure: Failure = {
        code: 'artifact-refused',
        message: `The import wrote a dataset that cannot be used: ${why}`.slice(0, 2000),
        retryable: false,
      };
      await this.transactions.run((tx) => this.end(importId, { failure }, tx));
    }
  }

  private async end(importId: string, outcome: ImportOutcome, tx: Tx): Promise<void> {
    const found = await this.imports.lock(importId, tx);
    if (found === null) throw notFound('import', importId);
    if (importStates.isFinal(found.state)) return;

    const problemsTree = outcome.problemsTree ?? null;
    if (problemsTree !== null) await this.artifacts.reference(tx, problemsTree, { type: 'imports', id: importId });
    if ('failure' in outcome) {
      await this.imports.move(found, 'failed', { failure: outcome.failure, problemsTree, phase: 'failed' }, tx);
    } else {
      const version = await this.addVersion(found, outcome.datasetTree, tx);
      const { rows, accepted, rejected } = outcome.result;
      await this.imports.move(
        found,
        'succeeded',
        { rows, accepted, rejected, problemsTree, progress: 1, phase: 'done', versionId: version.id },
        tx,
      );
    }
    await this.outbox.publish(tx, ImportEnded, { importId });
    await this.live.changed(tx, { resource: 'imports', id: importId, type: 'updated' });
  }

  private async addVersion(found: Import, treeHash: string, tx: Tx): Promise<DatasetVersion> {
    const tree = await this.artifacts.readTree(treeHash);
    const manifest = DatasetManifest.parse(
      JSON.parse((await this.artifacts.readFile(treeHash, 'dataset.json')).toString('utf8')),
    );
    if (manifest.itemCount === 0)
      throw new DomainError(
        'artifact-refused',
        'It has no items. Look at the problems of the import, mend the manifest and import again.',
      );
    const images = fileOf(tree, 'images.bin');

    await this.datasets.lock(found.datasetId, tx);
    const version: DatasetVersion = {
      id: newId(),
      datasetId: found.datasetId,
      version: (await this.versions.lastNumber(found.datasetId, tx)) + 1,
      importId: found.id,
      treeHash,
      imagesHash: images.sha256,
      itemCount: manifest.itemCount,
      pairCount: manifest.pairCount,
      splitCounts: manifest.splitCounts,
      attributes: manifest.attributes,
      createdAt: new Date(),
    };
    await this.versions.insert(version, tx);
    const copied = await this.versions.copyItems(version.id, this.items(treeHash, images.sizeBytes), tx);
    if (copied !== manifest.itemCount)
      throw new DomainError(
        'artifact-refused',
        `dataset.json counts ${manifest.itemCount} items, items.jsonl has ${copied}.`,
      );

    await this.artifacts.reference(tx, treeHash, { type: 'dataset-versions', id: version.id });
    await this.outbox.publish(tx, DatasetVersionCreated, { datasetVersionId: version.id });
    await this.live.changed(tx, { resource: 'dataset-versions', id: version.id, type: 'created' });
    await this.live.changed(tx, { resource: 'datasets', id: found.datasetId, type: 'updated' });
    return version;
  }

  /** The items as the sandbox wrote them, each checked: ids are unique and pictures lie within the images. */
  private async *items(treeHash: string, imagesBytes: number): AsyncGenerator<DatasetItem> {
    const seen = new Set<string>();
    for await (const line of createInterface({
      input: await this.artifacts.openFile(treeHash, 'items.jsonl'),
      crlfDelay: Infinity,
    })) {
      if (line === '') continue;
      const item = DatasetItem.parse(JSON.parse(line));
      if (seen.has(item.id)) throw new DomainError('artifact-refused', `Two items have the id ${item.id}.`);
      if (item.image.offset + item.image.length > imagesBytes)
        throw new DomainError('artifact-refused', `The picture of item ${item.id} lies outside images.bin.`);
      seen.add(item.id);
      yield item;
    }
  }
}

function fileOf(tree: Tree, file: string): Tree['files'][number] {
  const found = tree.files.find((entry) => entry.path === file);
  if (found === undefined) throw new DomainError('artifact-refused', `It has no file ${file}.`);
  return found;
}

/** Why a tree was refused; undefined where the error is about something else and trying again may help. */
function refusal(error: unknown): string | undefined {
  if (error instanceof z.ZodError) return z.prettifyError(error);
  if (error instanceof SyntaxError) return error.message;
  if (error instanceof DomainError && error.code.startsWith('artifact-')) return error.message;
  return undefined;
}
