import type { MigrationInterface, QueryRunner } from 'typeorm';

export class CreateRollouts1795381200032 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE rollouts (
        id uuid CONSTRAINT rollouts_pkey PRIMARY KEY,
        model_id uuid NOT NULL CONSTRAINT rollouts_model_id_fkey REFERENCES models (id),
        model_version_id uuid NOT NULL CONSTRAINT rollouts_model_version_id_fkey REFERENCES model_versions (id),
        previous_version_id uuid CONSTRAINT rollouts_previous_version_id_fkey REFERENCES model_versions (id),
        endpoint_id uuid CONSTRAINT rollouts_endpoint_id_fkey REFERENCES endpoints (id),
        state text NOT NULL
          CONSTRAINT rollouts_state_check CHECK (state IN ('requested', 'promoting', 'live', 'superseded', 'rejected', 'cancelled', 'rolled-back')),
        reason text NOT NULL,
        requested_by uuid NOT NULL CONSTRAINT rollouts_requested_by_fkey REFERENCES people (id),
        requested_at timestamptz NOT NULL,
        evidence_sha256 text NOT NULL
      );
      CREATE UNIQUE INDEX rollouts_open_model_key ON rollouts (model_id) WHERE state IN ('requested', 'promoting');
      CREATE UNIQUE INDEX rollouts_live_model_key ON rollouts (model_id) WHERE state = 'live';
      CREATE INDEX rollouts_requested_at_idx ON rollouts (requested_at);

      CREATE TABLE rollout_evidence (
        sha256 text CONSTRAINT rollout_evidence_pkey PRIMARY KEY,
        rollout_id uuid NOT NULL CONSTRAINT rollout_evidence_rollout_id_fkey REFERENCES rollouts (id),
        model_id uuid NOT NULL,
        sequence integer NOT NULL,
        document text NOT NULL,
        gathered_at timestamptz NOT NULL,
        CONSTRAINT rollout_evidence_sequence_key UNIQUE (model_id, sequence)
      );
      CREATE INDEX rollout_evidence_rollout_id_idx ON rollout_evidence (rollout_id);
      CREATE TRIGGER rollout_evidence_immutable BEFORE UPDATE OR DELETE ON rollout_evidence FOR EACH ROW EXECUTE FUNCTION refuse_change();

      CREATE TABLE rollout_approvals (
        rollout_id uuid NOT NULL CONSTRAINT rollout_approvals_rollout_id_fkey REFERENCES rollouts (id),
        person_id uuid NOT NULL CONSTRAINT rollout_approvals_person_id_fkey REFERENCES people (id),
        evidence_sha256 text NOT NULL,
        comment text NOT NULL,
        approved_at timestamptz NOT NULL,
        CONSTRAINT rollout_approvals_pkey PRIMARY KEY (rollout_id, person_id, evidence_sha256)
      );

      CREATE TABLE rollout_moves (
        id uuid CONSTRAINT rollout_moves_pkey PRIMARY KEY,
        rollout_id uuid NOT NULL CONSTRAINT rollout_moves_rollout_id_fkey REFERENCES rollouts (id),
        state text NOT NULL,
        person_id uuid NOT NULL CONSTRAINT rollout_moves_person_id_fkey REFERENCES people (id),
        comment text NOT NULL,
        moved_at timestamptz NOT NULL
      );
      CREATE INDEX rollout_moves_rollout_id_idx ON rollout_moves (rollout_id);
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE rollout_moves, rollout_approvals, rollout_evidence, rollouts');
  }
}
