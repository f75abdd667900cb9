import { BundleManifest } from '@graft/protocol';
import { Injectable } from '@nestjs/common';
import { ArtifactsService } from '../artifacts/index.js';
import { DomainError, invalidField } from '../kernel/index.js';
import { ModelsService } from '../models/index.js';
import { SpaceCompatibilitiesService } from '../space-compatibilities/index.js';
import { SpacesService, type Snapshot } from '../spaces/index.js';

/** A bundle that reads questions into the space of a snapshot. */
export interface SearchEncoder {
  readonly tree: string;
  readonly readsTexts: boolean;
}

@Injectable()
export class SearchEncoders {
  constructor(
    private readonly artifacts: ArtifactsService,
    private readonly models: ModelsService,
    private readonly spaces: SpacesService,
    private readonly compatibilities: SpaceCompatibilitiesService,
  ) {}

  /**
   * @param modelVersionId a version whose vision_encoder writes the snapshot's space; the bundle that first wrote the space where it is null
   * @throws DomainError `validation-failed`, `space-mismatch`
   */
  async of(snapshot: Snapshot, modelVersionId: string | null): Promise<SearchEncoder> {
    const tree = await this.treeOf(snapshot, modelVersionId);
    const { components } = BundleManifest.parse(
      JSON.parse((await this.artifacts.readFile(tree, 'bundle.json')).toString('utf8')),
    );
    const found = components['vision_encoder']?.space?.id;
    if (found !== snapshot.spaceId)
      throw new DomainError(
        'space-mismatch',
        `The snapshot holds vectors of space ${snapshot.spaceId}; the encoder writes ${found ?? 'none'}. Give a model version whose vision_encoder writes the snapshot's space, or none to use the one that made it.`,
      );
    return { tree, readsTexts: components['text_encoder']?.space?.id === snapshot.spaceId };
  }

  /**
   * Scores and neighbours of another space are others: that is nothing to happen by mistake, unless an admin has declared the two compatible.
   * @throws DomainError `space-mismatch`
   */
  async assertSwitchable(answeringSpaceId: string, { spaceId }: Snapshot): Promise<void> {
    if (spaceId === answeringSpaceId) return;
    const declared = await this.compatibilities.list(
      { querySpaceId: answeringSpaceId, storedSpaceId: spaceId },
      { page: 1, perPage: 1, sort: 'createdAt', order: 'desc' },
    );
    if (declared.total > 0) return;
    throw new DomainError(
      'space-mismatch',
      `This index answers in space ${answeringSpaceId}, the snapshot is of ${spaceId}, and nobody has declared them compatible. Send allowNewSpace: true to switch the encoder of the questions with it.`,
    );
  }

  private async treeOf({ spaceId }: Snapshot, modelVersionId: string | null): Promise<string> {
    if (modelVersionId === null) {
      const space = await this.spaces.findSpace(spaceId);
      if (space === null) throw new Error(`space ${spaceId} of a snapshot is not known`);
      return space.encoderTree;
    }
    const version = await this.models.findVersion(modelVersionId);
    if (version === null) throw invalidField('encoderVersionId', 'a model version that exists', modelVersionId);
    return version.treeHash;
  }
}
