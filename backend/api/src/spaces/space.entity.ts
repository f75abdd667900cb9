import type { SpaceDefinition } from '@graft/protocol';
import { Column, Entity, PrimaryColumn } from 'typeorm';

@Entity('spaces')
export class SpaceRecord {
  /** `sp_...`: the hash of the definition, so the same encoder used in the same way is the same space wherever it was made. */
  @PrimaryColumn('text', { primaryKeyConstraintName: 'spaces_pkey' })
  id!: string;

  @Column('jsonb')
  definition!: SpaceDefinition;

  /** Tree of the bundle whose encoder writes this space. */
  @Column('text', { name: 'encoder_tree' })
  encoderTree!: string;

  @Column('timestamptz', { name: 'created_at' })
  createdAt!: Date;
}
