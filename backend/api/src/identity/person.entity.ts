import { Check, Column, Entity, PrimaryColumn, Unique } from 'typeorm';
import type { Role } from './permissions.js';

@Entity('people')
@Unique('people_email_key', ['email'])
@Check('people_role_check', `role IN ('researcher', 'admin')`)
export class Person {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'people_pkey' })
  id!: string;

  /** Lower case. */
  @Column('text')
  email!: string;

  @Column('text')
  name!: string;

  @Column('text')
  role!: Role;

  /** Argon2id in PHC string format. */
  @Column('text', { name: 'password_hash' })
  passwordHash!: string;

  @Column('boolean', { default: false })
  disabled!: boolean;

  @Column('timestamptz', { name: 'created_at' })
  createdAt!: Date;
}
