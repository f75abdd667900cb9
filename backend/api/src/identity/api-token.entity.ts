import { Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import { Person } from './person.entity.js';

@Entity('api_tokens')
@Index('api_tokens_secret_hash_idx', ['secretHash'], { unique: true })
@Index('api_tokens_person_id_idx', ['personId'])
export class ApiToken {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'api_tokens_pkey' })
  id!: string;

  @Column('uuid', { name: 'person_id' })
  @ForeignKey(() => Person, { onDelete: 'CASCADE', name: 'api_tokens_person_id_fkey' })
  personId!: string;

  @Column('text')
  name!: string;

  @Column('text', { array: true })
  scopes!: string[];

  /** SHA-256 of the token: a random secret of 256 bits needs no slow hash. */
  @Column('bytea', { name: 'secret_hash' })
  secretHash!: Buffer;

  @Column('timestamptz', { name: 'created_at' })
  createdAt!: Date;

  @Column('timestamptz', { name: 'expires_at', nullable: true })
  expiresAt!: Date | null;

  @Column('timestamptz', { name: 'last_used_at', nullable: true })
  lastUsedAt!: Date | null;

  @Column('timestamptz', { name: 'revoked_at', nullable: true })
  revokedAt!: Date | null;
}
