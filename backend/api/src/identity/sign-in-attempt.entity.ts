import { Column, Entity, PrimaryColumn } from 'typeorm';

/** Failed sign-ins of one account or one address within a window. Kept in the database: a restart resets no limit. */
@Entity('sign_in_attempts')
export class SignInAttempt {
  /** `account:<e-mail>` or `address:<ip>` */
  @PrimaryColumn('text', { primaryKeyConstraintName: 'sign_in_attempts_pkey' })
  key!: string;

  @Column('integer')
  failures!: number;

  @Column('timestamptz', { name: 'window_ends_at' })
  windowEndsAt!: Date;
}
