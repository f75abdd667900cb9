import type { MigrationInterface, QueryRunner } from 'typeorm';

export class CreatePlatformAndIdentity1795381200001 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE outbox_events (
        id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT outbox_events_pkey PRIMARY KEY,
        type text NOT NULL,
        payload jsonb NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        due_at timestamptz NOT NULL DEFAULT now(),
        attempts integer NOT NULL DEFAULT 0 CONSTRAINT outbox_events_attempts_check CHECK (attempts >= 0),
        last_error text,
        delivered_at timestamptz
      );
      CREATE INDEX outbox_events_due_idx ON outbox_events (due_at, id) WHERE delivered_at IS NULL;
      CREATE INDEX outbox_events_delivered_idx ON outbox_events (delivered_at) WHERE delivered_at IS NOT NULL;

      CREATE TABLE people (
        id uuid CONSTRAINT people_pkey PRIMARY KEY,
        email text NOT NULL CONSTRAINT people_email_key UNIQUE,
        name text NOT NULL,
        role text NOT NULL CONSTRAINT people_role_check CHECK (role IN ('researcher', 'admin')),
        password_hash text NOT NULL,
        disabled boolean NOT NULL DEFAULT false,
        created_at timestamptz NOT NULL
      );

      CREATE TABLE sessions (
        id uuid CONSTRAINT sessions_pkey PRIMARY KEY,
        person_id uuid NOT NULL CONSTRAINT sessions_person_id_fkey REFERENCES people (id) ON DELETE CASCADE,
        secret_hash bytea NOT NULL,
        created_at timestamptz NOT NULL,
        expires_at timestamptz NOT NULL
      );
      CREATE UNIQUE INDEX sessions_secret_hash_idx ON sessions (secret_hash);
      CREATE INDEX sessions_person_id_idx ON sessions (person_id);

      CREATE TABLE api_tokens (
        id uuid CONSTRAINT api_tokens_pkey PRIMARY KEY,
        person_id uuid NOT NULL CONSTRAINT api_tokens_person_id_fkey REFERENCES people (id) ON DELETE CASCADE,
        name text NOT NULL,
        scopes text[] NOT NULL,
        secret_hash bytea NOT NULL,
        created_at timestamptz NOT NULL,
        expires_at timestamptz,
        last_used_at timestamptz,
        revoked_at timestamptz
      );
      CREATE UNIQUE INDEX api_tokens_secret_hash_idx ON api_tokens (secret_hash);
      CREATE INDEX api_tokens_person_id_idx ON api_tokens (person_id);

      CREATE TABLE sign_in_attempts (
        key text CONSTRAINT sign_in_attempts_pkey PRIMARY KEY,
        failures integer NOT NULL,
        window_ends_at timestamptz NOT NULL
      );

      CREATE TABLE audit_entries (
        id uuid CONSTRAINT audit_entries_pkey PRIMARY KEY,
        at timestamptz NOT NULL,
        actor_id uuid,
        actor_name text,
        token_id uuid,
        action text NOT NULL,
        resource text NOT NULL,
        resource_id text,
        outcome text NOT NULL CONSTRAINT audit_entries_outcome_check CHECK (outcome IN ('succeeded', 'refused', 'failed')),
        code text,
        request_id text NOT NULL,
        address text NOT NULL
      );
      CREATE INDEX audit_entries_at_idx ON audit_entries (at);
      CREATE INDEX audit_entries_actor_id_idx ON audit_entries (actor_id, at);
      CREATE INDEX audit_entries_resource_id_idx ON audit_entries (resource_id, at);
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE audit_entries, sign_in_attempts, api_tokens, sessions, people, outbox_events');
  }
}
