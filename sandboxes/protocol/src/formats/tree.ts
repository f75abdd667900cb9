import { z } from 'zod';
import { RelativePath, Sha256 } from '../ids.js';

/**
 * A tree artifact: the sorted list of a folder's regular files by content hash. Its own id is the SHA-256 of its canonical JSON,
 * so two folders with the same content are the same artifact and an unchanged file is stored once.
 */
export const Tree = z.strictObject({
  format: z.literal('graft-tree'),
  formatVersion: z.literal(1),
  files: z.array(z.strictObject({ path: RelativePath, sha256: Sha256, sizeBytes: z.number().int().min(0) })),
});
export type Tree = z.infer<typeof Tree>;
