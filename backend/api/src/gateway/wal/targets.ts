import { Exposure } from '../exposure.js';
import { StoredEvent } from '../../feedback/index.js';
import type { CopyTarget } from './copy-sink.js';

export const exposuresTarget: CopyTarget<Exposure> = {
  table: 'exposures',
  columns: [
    'id',
    'at',
    'request_id',
    'endpoint_id',
    'traffic_revision',
    'variant',
    'model_version_id',
    'unit',
    'propensity',
    'latency_ms',
    'status',
    'images',
  ],
  parse: (line) => Exposure.parse(JSON.parse(line)),
  cells: (e) => [
    e.id,
    e.at,
    e.requestId,
    e.endpointId,
    e.trafficRevision,
    e.variant,
    e.modelVersionId,
    e.unit,
    e.propensity,
    e.latencyMs,
    e.status,
    e.images,
  ],
  partitionTime: (exposure) => exposure.at,
  merge: 'INSERT INTO exposures SELECT * FROM exposures_incoming ON CONFLICT DO NOTHING',
};

/** Two gateways may log the same event at different times, hence in different partitions: `event_receipts` is what makes an id unique. */
export const eventsTarget: CopyTarget<StoredEvent> = {
  table: 'events',
  columns: ['event_id', 'received_at', 'at', 'endpoint_id', 'unit', 'type', 'item_id', 'value', 'exposure_id'],
  parse: (line) => StoredEvent.parse(JSON.parse(line)),
  cells: (e) => [e.eventId, e.receivedAt, e.at, e.endpointId, e.unit, e.type, e.itemId, e.value, e.exposureId],
  partitionTime: (event) => event.receivedAt,
  merge: `
    WITH arrived AS (SELECT DISTINCT ON (event_id) * FROM events_incoming ORDER BY event_id, received_at),
         fresh AS (INSERT INTO event_receipts (event_id, received_at) SELECT event_id, received_at FROM arrived ON CONFLICT DO NOTHING RETURNING event_id)
    INSERT INTO events SELECT arrived.* FROM arrived JOIN fresh USING (event_id)`,
};
