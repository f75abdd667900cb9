import type { MigrationInterface, QueryRunner } from 'typeorm';

export class CreateArtifacts1795381200002 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE artifacts (
        hash text CONSTRAINT artifacts_pkey PRIMARY KEY CONSTRAINT artifacts_hash_check CHECK (hash ~ '^[0-9a-f]{64}$'),
        kind text NOT NULL CONSTRAINT artifacts_kind_check CHECK (kind IN ('blob', 'tree')),
        size_bytes bigint NOT NULL,
        media_type text NOT NULL,
        tier text NOT NULL CONSTRAINT artifacts_tier_check CHECK (tier IN ('public', 'internal', 'restricted')),
        created_at timestamptz NOT NULL
      );

      CREATE TABLE artifact_references (
        hash text NOT NULL CONSTRAINT artifact_references_hash_fkey REFERENCES artifacts (hash) ON DELETE RESTRICT,
        owner_type text NOT NULL,
        owner_id uuid NOT NULL,
        CONSTRAINT artifact_references_pkey PRIMARY KEY (hash, owner_type, owner_id)
      );
      CREATE INDEX artifact_references_owner_idx ON artifact_references (owner_type, owner_id);
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE artifact_references, artifacts');
  }
}
