import { SnapshotManifest } from '@graft/protocol';

/** The manifest of three vectors of a space, stored as a test wants them. */
export const aSnapshotManifest = (
  spaceId: string,
  stored: Pick<SnapshotManifest, 'dtype'> & Partial<Pick<SnapshotManifest, 'quantisation' | 'index'>>,
): SnapshotManifest =>
  SnapshotManifest.parse({
    format: 'graft-snapshot',
    formatVersion: 1,
    space: {
      id: spaceId,
      definition: {
        encoderSha256: 'b'.repeat(64),
        preprocessing: { width: 32, height: 32, fit: 'fill', mean: [0, 0, 0], std: [1, 1, 1] },
        pooling: 'mean',
        normalised: true,
        dim: 8,
        dtype: 'float32',
      },
    },
    itemCount: 3,
    encodedCount: 3,
    reusedCount: 0,
    ...stored,
  });
