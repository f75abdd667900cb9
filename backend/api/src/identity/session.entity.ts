import { Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import { Person } from './person.entity.js';

@Entity('sessions')
@Index('sessions_secret_hash_idx', ['secretHash'], { unique: true })
@Index('sessions_person_id_idx', ['personId'])
export class Session {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'sessions_pkey' })
  id!: string;

  @Column('uuid', { name: 'person_id' })
  @ForeignKey(() => Person, { onDelete: 'CASCADE', name: 'sessions_person_id_fkey' })
  personId!: string;

  /** SHA-256 of the cookie's value: the table alone opens no door. */
  @Column('bytea', { name: 'secret_hash' })
  secretHash!: Buffer;

  @Column('timestamptz', { name: 'created_at' })
  createdAt!: Date;

  @Column('timestamptz', { name: 'expires_at' })
  expiresAt!: Date;
}
