import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';

/** Trust tiers, from least to most protected. What is derived inherits the highest tier of its inputs. */
export const tiers = ['public', 'internal', 'restricted'] as const;
export type Tier = (typeof tiers)[number];

export function highestTier(inputs: readonly Tier[]): Tier {
  return tiers.findLast((tier) => inputs.includes(tier)) ?? 'public';
}

/** One content-addressed object of the store on disk. The row is written after the file is durable. */
@Entity('artifacts')
@Check('artifacts_hash_check', `hash ~ '^[0-9a-f]{64}$'`)
@Check('artifacts_kind_check', `kind IN ('blob', 'tree')`)
@Check('artifacts_tier_check', `tier IN ('public', 'internal', 'restricted')`)
export class Artifact {
  /** SHA-256 of the content, lower-case hexadecimal. */
  @PrimaryColumn('text', { primaryKeyConstraintName: 'artifacts_pkey' })
  hash!: string;

  @Column('text')
  kind!: 'blob' | 'tree';

  /** Of the blob; of all files of a tree together. */
  @Column('bigint', { name: 'size_bytes' })
  sizeBytes!: string;

  @Column('text', { name: 'media_type' })
  mediaType!: string;

  @Column('text')
  tier!: Tier;

  @Column('timestamptz', { name: 'created_at' })
  createdAt!: Date;
}

/** Who needs a tree: what nobody refers to may be collected. */
@Entity('artifact_references')
@Index('artifact_references_owner_idx', ['ownerType', 'ownerId'])
export class ArtifactReference {
  @PrimaryColumn('text', { primaryKeyConstraintName: 'artifact_references_pkey' })
  @ForeignKey(() => Artifact, { onDelete: 'RESTRICT', name: 'artifact_references_hash_fkey' })
  hash!: string;

  /** URL segment of the owner's list: dataset-versions. */
  @PrimaryColumn('text', { name: 'owner_type', primaryKeyConstraintName: 'artifact_references_pkey' })
  ownerType!: string;

  @PrimaryColumn('uuid', { name: 'owner_id', primaryKeyConstraintName: 'artifact_references_pkey' })
  ownerId!: string;
}
