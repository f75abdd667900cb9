import { Injectable } from '@nestjs/common';
import { DataSource, In } from 'typeorm';
import type { Tx } from '../platform/database/index.js';
import { Artifact, ArtifactReference, type Tier } from './artifact.entity.js';

@Injectable()
export class ArtifactsRepository {
  constructor(private readonly dataSource: DataSource) {}

  find(hash: string): Promise<Artifact | null> {
    return this.dataSource.manager.findOneBy(Artifact, { hash });
  }

  /** Adds what is new. Content that is stored already keeps the lower tier: it was readable at that tier before. */
  async insertMissing(artifacts: Artifact[]): Promise<void> {
    if (artifacts.length === 0) return;
    await this.dataSource.manager.createQueryBuilder().insert().into(Artifact).values(artifacts).orIgnore().execute();
  }

  async tiersOf(hashes: readonly string[]): Promise<Tier[]> {
    const found = await this.dataSource.manager.find(Artifact, {
      where: { hash: In([...hashes]) },
      select: { tier: true },
    });
    return found.map((artifact) => artifact.tier);
  }

  async addReference(reference: ArtifactReference, tx: Tx): Promise<void> {
    await tx.createQueryBuilder().insert().into(ArtifactReference).values(reference).orIgnore().execute();
  }
}
