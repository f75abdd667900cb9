import { createHash } from 'node:crypto';
import path from 'node:path';
import type { Readable } from 'node:stream';
import { Injectable } from '@nestjs/common';
import { canonicalJson, Tree } from '@graft/protocol';
import { DomainError } from '../kernel/index.js';
import { Config } from '../platform/config/env.js';
import type { Tx } from '../platform/database/index.js';
import { highestTier, type Artifact, type Tier } from './artifact.entity.js';
import { ArtifactsRepository } from './artifacts.repository.js';
import { BlobStore, type Slice } from './blob-store.js';
import { collectFolder, type CollectLimits } from './collect-folder.js';

export interface StoredTree {
  readonly hash: string;
  /** All files together. */
  readonly sizeBytes: number;
  readonly fileCount: number;
}

const TREE_MEDIA_TYPE = 'application/vnd.graft.tree+json';
const BLOB_MEDIA_TYPE = 'application/octet-stream';
/** A blob that nobody wrote to for this long was left by a process that was killed. */
const UNFINISHED_AFTER_MS = 3_600_000;
const GENEROUS: CollectLimits = { maxFiles: 10_000, maxBytes: 64 * 1024 ** 3 };

/** The artifact store: immutable content by hash. Folders (datasets, bundles, snapshots, reports) are trees of blobs. */
@Injectable()
export class ArtifactsService {
  private readonly blobs: BlobStore;

  constructor(
    private readonly repository: ArtifactsRepository,
    config: Config,
  ) {
    this.blobs = new BlobStore(path.join(config.home, 'artifacts'));
  }

  /** Stores one blob. @returns its SHA-256 and size; storing the same content again changes nothing */
  async putBlob(
    content: Readable | Iterable<Uint8Array>,
    about: { mediaType: string; tier: Tier },
  ): Promise<{ hash: string; sizeBytes: number }> {
    const blob = await this.blobs.put(content);
    await this.repository.insertMissing([row(blob, 'blob', about)]);
    return blob;
  }

  /**
   * Stores a folder's regular files as a tree. It may come out of a sandbox: see `collectFolder` for what is refused.
   *
   * @param tier at least the highest tier of everything the folder was made from (`tierOf`)
   * @throws DomainError `artifact-refused`
   */
  async putTree(folder: string, tier: Tier, limits: CollectLimits = GENEROUS): Promise<StoredTree> {
    const files: Tree['files'] = [];
    const rows: Artifact[] = [];
    for await (const { path: relative, file } of collectFolder(folder, limits)) {
      const blob = await this.blobs.put(file.createReadStream({ autoClose: false, start: 0 }));
      files.push({ path: relative, sha256: blob.hash, sizeBytes: blob.sizeBytes });
      rows.push(row(blob, 'blob', { mediaType: BLOB_MEDIA_TYPE, tier }));
    }
    const tree: Tree = { format: 'graft-tree', formatVersion: 1, files };
    const { hash } = await this.blobs.put([Buffer.from(canonicalJson(tree))]);
    const sizeBytes = files.reduce((sum, file) => sum + file.sizeBytes, 0);
    await this.repository.insertMissing([
      ...distinct(rows),
      row({ hash, sizeBytes }, 'tree', { mediaType: TREE_MEDIA_TYPE, tier }),
    ]);
    return { hash, sizeBytes, fileCount: files.length };
  }

  /** @throws DomainError `artifact-missing`, `artifact-damaged` */
  async readTree(hash: string): Promise<Tree> {
    return Tree.parse(JSON.parse((await this.blobs.read(hash)).toString('utf8')));
  }

  /** Streams a blob, or a part of it. @throws DomainError `artifact-missing` */
  openBlob(hash: string, slice?: Slice): Promise<Readable> {
    return this.blobs.open(hash, slice);
  }

  /** Reads a small file of a tree whole. @throws DomainError `artifact-missing` where the tree has no such file */
  async readFile(treeHash: string, file: string): Promise<Buffer> {
    return this.blobs.read(await this.blobOf(treeHash, file));
  }

  /** Streams a file of a tree, or a part of it. */
  async openFile(treeHash: string, file: string, slice?: Slice): Promise<Readable> {
    return this.blobs.open(await this.blobOf(treeHash, file), slice);
  }

  /** The hash of one file of a tree. @throws DomainError `artifact-missing` */
  async blobOf(treeHash: string, file: string): Promise<string> {
    const entry = (await this.readTree(treeHash)).files.find((candidate) => candidate.path === file);
    if (entry === undefined) throw new DomainError('artifact-missing', `The artifact ${treeHash} has no file ${file}.`);
    return entry.sha256;
  }

  /** Lays a tree out below `folder` (which must not hold the same files yet) by hard links to the read-only blobs. */
  async materialise(treeHash: string, folder: string): Promise<void> {
    for (const file of (await this.readTree(treeHash)).files)
      await this.blobs.materialise(file.sha256, path.join(folder, file.path));
  }

  /** The tier that something made from these artifacts must have. */
  async tierOf(hashes: readonly string[]): Promise<Tier> {
    return hashes.length === 0 ? 'public' : highestTier(await this.repository.tiersOf(hashes));
  }

  /** Says, in the owner's transaction, that a tree is needed as long as its owner exists. */
  reference(tx: Tx, hash: string, owner: { type: string; id: string }): Promise<void> {
    return this.repository.addReference({ hash, ownerType: owner.type, ownerId: owner.id }, tx);
  }

  /** Removes what processes that were killed had half written. */
  removeUnfinished(): Promise<void> {
    return this.blobs.removeUnfinished(new Date(Date.now() - UNFINISHED_AFTER_MS));
  }

  /** Reads every blob of a tree again and compares hashes. @throws DomainError `artifact-damaged`, `artifact-missing` */
  async verify(treeHash: string): Promise<void> {
    for (const file of (await this.readTree(treeHash)).files) await this.blobs.verify(file.sha256);
  }
}

function row(
  blob: { hash: string; sizeBytes: number },
  kind: Artifact['kind'],
  about: { mediaType: string; tier: Tier },
): Artifact {
  return {
    hash: blob.hash,
    kind,
    sizeBytes: String(blob.sizeBytes),
    mediaType: about.mediaType,
    tier: about.tier,
    createdAt: new Date(),
  };
}

function distinct(rows: Artifact[]): Artifact[] {
  return [...new Map(rows.map((artifact) => [artifact.hash, artifact])).values()];
}

/** The hash a blob of this content would have. */
export function contentHash(content: Uint8Array | string): string {
  return createHash('sha256').update(content).digest('hex');
}
