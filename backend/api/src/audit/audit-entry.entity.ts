import { Check, Column, Entity, Index, PrimaryColumn } from 'typeorm';

export const auditOutcomes = ['succeeded', 'refused', 'failed'] as const;
export type AuditOutcome = (typeof auditOutcomes)[number];

/** One attempted change. Rows are only ever added. */
@Entity('audit_entries')
@Index('audit_entries_at_idx', ['at'])
@Index('audit_entries_actor_id_idx', ['actorId', 'at'])
@Index('audit_entries_resource_id_idx', ['resourceId', 'at'])
@Check('audit_entries_outcome_check', `outcome IN ('succeeded', 'refused', 'failed')`)
export class AuditEntry {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'audit_entries_pkey' })
  id!: string;

  @Column('timestamptz')
  at!: Date;

  /** Null where nobody was signed in. Copied, not referenced: the log outlives the person. */
  @Column('uuid', { name: 'actor_id', nullable: true })
  actorId!: string | null;

  @Column('text', { name: 'actor_name', nullable: true })
  actorName!: string | null;

  @Column('uuid', { name: 'token_id', nullable: true })
  tokenId!: string | null;

  @Column('text')
  action!: string;

  /** URL segment of what was changed: rollouts. */
  @Column('text')
  resource!: string;

  @Column('text', { name: 'resource_id', nullable: true })
  resourceId!: string | null;

  @Column('text')
  outcome!: AuditOutcome;

  /** Code of the problem; null where it succeeded. */
  @Column('text', { nullable: true })
  code!: string | null;

  @Column('text', { name: 'request_id' })
  requestId!: string;

  @Column('text')
  address!: string;
}
