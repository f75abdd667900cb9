import type { MigrationInterface, QueryRunner } from 'typeorm';

export class CreateEndpoints1795381200031 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE endpoints (
        id uuid CONSTRAINT endpoints_pkey PRIMARY KEY,
        name text NOT NULL,
        model_id uuid NOT NULL CONSTRAINT endpoints_model_id_fkey REFERENCES models (id),
        state text NOT NULL CONSTRAINT endpoints_state_check CHECK (state IN ('live', 'retired')),
        traffic_revision integer NOT NULL,
        created_by uuid NOT NULL CONSTRAINT endpoints_created_by_fkey REFERENCES people (id),
        created_at timestamptz NOT NULL,
        retired_at timestamptz
      );
      CREATE UNIQUE INDEX endpoints_live_name_key ON endpoints (name) WHERE state = 'live';
      CREATE INDEX endpoints_model_id_idx ON endpoints (model_id);

      CREATE TABLE endpoint_variants (
        endpoint_id uuid NOT NULL CONSTRAINT endpoint_variants_endpoint_id_fkey REFERENCES endpoints (id),
        name text NOT NULL,
        position integer NOT NULL,
        role text NOT NULL CONSTRAINT endpoint_variants_role_check CHECK (role IN ('control', 'treatment')),
        model_version_id uuid NOT NULL CONSTRAINT endpoint_variants_model_version_id_fkey REFERENCES model_versions (id),
        weight double precision NOT NULL CONSTRAINT endpoint_variants_weight_check CHECK (weight >= 0 AND weight <= 1),
        CONSTRAINT endpoint_variants_pkey PRIMARY KEY (endpoint_id, name),
        CONSTRAINT endpoint_variants_position_key UNIQUE (endpoint_id, position)
      );
      CREATE INDEX endpoint_variants_model_version_id_idx ON endpoint_variants (model_version_id);

      CREATE TABLE traffic_revisions (
        endpoint_id uuid NOT NULL CONSTRAINT traffic_revisions_endpoint_id_fkey REFERENCES endpoints (id),
        revision integer NOT NULL,
        weights jsonb NOT NULL,
        changed_by uuid NOT NULL CONSTRAINT traffic_revisions_changed_by_fkey REFERENCES people (id),
        changed_at timestamptz NOT NULL,
        CONSTRAINT traffic_revisions_pkey PRIMARY KEY (endpoint_id, revision)
      );

      -- Written by COPY, thousands at once: no foreign keys. The gateway creates a partition for each month it needs.
      -- An exposure's time is part of its record, so (id, at) is as unique as its id.
      CREATE TABLE exposures (
        id uuid NOT NULL,
        at timestamptz NOT NULL,
        request_id text NOT NULL,
        endpoint_id uuid NOT NULL,
        traffic_revision integer NOT NULL,
        variant text NOT NULL,
        model_version_id uuid NOT NULL,
        unit text NOT NULL,
        propensity double precision NOT NULL,
        latency_ms double precision NOT NULL,
        status smallint NOT NULL,
        images integer NOT NULL,
        CONSTRAINT exposures_pkey PRIMARY KEY (id, at)
      ) PARTITION BY RANGE (at);
      CREATE INDEX exposures_endpoint_id_idx ON exposures (endpoint_id, traffic_revision);
      CREATE INDEX exposures_at_idx ON exposures (endpoint_id, at);

      CREATE TABLE events (
        event_id text NOT NULL,
        received_at timestamptz NOT NULL,
        at timestamptz NOT NULL,
        endpoint_id uuid NOT NULL,
        unit text NOT NULL,
        type text NOT NULL,
        item_id text,
        value double precision NOT NULL,
        exposure_id uuid,
        CONSTRAINT events_pkey PRIMARY KEY (event_id, received_at)
      ) PARTITION BY RANGE (received_at);
      CREATE INDEX events_endpoint_id_idx ON events (endpoint_id, unit, type);

      -- The same event may arrive twice in different months: this is what makes its id unique.
      CREATE TABLE event_receipts (
        event_id text CONSTRAINT event_receipts_pkey PRIMARY KEY,
        received_at timestamptz NOT NULL
      );

      CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        RAISE EXCEPTION 'rows of % are never changed or deleted', TG_TABLE_NAME;
      END $$;

      CREATE TABLE endpoint_analyses (
        id uuid CONSTRAINT endpoint_analyses_pkey PRIMARY KEY,
        endpoint_id uuid NOT NULL CONSTRAINT endpoint_analyses_endpoint_id_fkey REFERENCES endpoints (id),
        traffic_revision integer NOT NULL,
        metric jsonb NOT NULL,
        variants jsonb NOT NULL,
        sample_ratio jsonb,
        comparisons jsonb NOT NULL,
        outcome text NOT NULL CONSTRAINT endpoint_analyses_outcome_check CHECK (outcome IN ('pass', 'fail', 'inconclusive')),
        sentence text NOT NULL,
        created_at timestamptz NOT NULL
      );
      CREATE INDEX endpoint_analyses_endpoint_id_idx ON endpoint_analyses (endpoint_id, created_at);
      CREATE TRIGGER endpoint_analyses_immutable BEFORE UPDATE OR DELETE ON endpoint_analyses FOR EACH ROW EXECUTE FUNCTION refuse_change();

      -- The gateway keeps these tables in memory and reads them again when it is rung.
      CREATE FUNCTION ring_gateway() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        PERFORM pg_notify('gateway_snapshot', '');
        RETURN NULL;
      END $$;
      CREATE TRIGGER endpoints_ring_gateway AFTER INSERT OR UPDATE OR DELETE ON endpoints FOR EACH STATEMENT EXECUTE FUNCTION ring_gateway();
      CREATE TRIGGER endpoint_variants_ring_gateway AFTER INSERT OR UPDATE OR DELETE ON endpoint_variants FOR EACH STATEMENT EXECUTE FUNCTION ring_gateway();
      CREATE TRIGGER model_servers_ring_gateway AFTER INSERT OR UPDATE OF state, socket_path OR DELETE ON model_servers FOR EACH STATEMENT EXECUTE FUNCTION ring_gateway();
      CREATE TRIGGER api_tokens_ring_gateway AFTER INSERT OR UPDATE OF scopes, expires_at, revoked_at OR DELETE ON api_tokens FOR EACH STATEMENT EXECUTE FUNCTION ring_gateway();
      CREATE TRIGGER people_ring_gateway AFTER UPDATE OF role, disabled OR DELETE ON people FOR EACH STATEMENT EXECUTE FUNCTION ring_gateway();
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP TRIGGER people_ring_gateway ON people;
      DROP TRIGGER api_tokens_ring_gateway ON api_tokens;
      DROP TRIGGER model_servers_ring_gateway ON model_servers;
      DROP TABLE endpoint_analyses, event_receipts, events, exposures, traffic_revisions, endpoint_variants, endpoints;
      DROP FUNCTION ring_gateway, refuse_change;
    `);
  }
}
