import { Check, Column, Entity, Index, PrimaryGeneratedColumn } from 'typeorm';

export const OUTBOX_CHANNEL = 'graft_outbox';

@Entity('outbox_events')
@Index('outbox_events_due_idx', ['dueAt', 'id'], { where: 'delivered_at IS NULL' })
@Index('outbox_events_delivered_idx', ['deliveredAt'], { where: 'delivered_at IS NOT NULL' })
@Check('outbox_events_attempts_check', 'attempts >= 0')
export class OutboxEvent {
  @PrimaryGeneratedColumn('identity', {
    type: 'bigint',
    generatedIdentity: 'ALWAYS',
    primaryKeyConstraintName: 'outbox_events_pkey',
  })
  id!: string;

  @Column('text')
  type!: string;

  @Column('jsonb')
  payload!: object;

  @Column('timestamptz', { name: 'created_at', default: () => 'now()' })
  createdAt!: Date;

  /** When the next delivery may be tried: moves into the future after a failed one. */
  @Column('timestamptz', { name: 'due_at', default: () => 'now()' })
  dueAt!: Date;

  @Column('integer', { default: 0 })
  attempts!: number;

  @Column('text', { name: 'last_error', nullable: true })
  lastError!: string | null;

  @Column('timestamptz', { name: 'delivered_at', nullable: true })
  deliveredAt!: Date | null;
}
