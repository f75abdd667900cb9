import { mkdir, realpath } from 'node:fs/promises';
import path from 'node:path';
import fastify, { LogController, type FastifyInstance } from 'fastify';
import pg from 'pg';
import type { Exposure } from './exposure.js';
import type { StoredEvent } from '../feedback/index.js';
import { newId } from '../kernel/index.js';
import type { Config } from '../platform/config/env.js';
import { Listener } from '../platform/database/listener.js';
import { ServerConnections } from '../platform/unix-http/server-connections.js';
import { EventIntake } from './event-intake.js';
import { feedbackRoutes } from './feedback.routes.js';
import { Inference } from './inference.js';
import { inferenceRoutes } from './inference.routes.js';
import { SnapshotSource } from './snapshot-source.js';
import { CopySink } from './wal/copy-sink.js';
import { SegmentLog } from './wal/segment-log.js';
import { ShipLoop } from './wal/ship-loop.js';
import { Shipper } from './wal/shipper.js';
import { becomeSoleWriter } from './wal/sole-writer.js';
import { eventsTarget, exposuresTarget } from './wal/targets.js';

/** Pictures come base64-encoded in JSON: forty of 500 kB fit. */
const BODY_LIMIT_BYTES = 32 * 1024 * 1024;
const POOL_SIZE = 4;
/** Rung by triggers on the tables of the snapshot. */
const CHANGE_CHANNEL = 'gateway_snapshot';

export interface Gateway {
  readonly app: FastifyInstance;
  /** Stops taking requests, ships what is logged if the database answers, and lets go of everything. */
  close(): Promise<void>;
}

/**
 * Assignment, routing and the exposure log, without a framework in between: every request of every user passes here. It reads endpoints,
 * servers and tokens into memory, so inference goes on while PostgreSQL is away.
 */
export async function startGateway(config: Config): Promise<Gateway> {
  const app = fastify({
    logger: { level: config.logLevel },
    logController: new LogController({ disableRequestLogging: true }),
    genReqId: () => newId(),
    bodyLimit: BODY_LIMIT_BYTES,
    forceCloseConnections: 'idle',
    routerOptions: { maxParamLength: 200 },
  });
  const folder = path.join(config.home, 'wal');
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const lock = await becomeSoleWriter(await realpath(folder));

  const pool = new pg.Pool({
    connectionString: config.databaseUrl,
    max: POOL_SIZE,
    application_name: 'graft-gateway',
    connectionTimeoutMillis: 2_000,
    query_timeout: 5_000,
  });
  pool.on('error', (error) => app.log.warn({ error: error.message }, 'An idle connection broke'));
  const connections = new ServerConnections();
  const source = new SnapshotSource(pool, app.log, (snapshot) => connections.keepOnly(snapshot.sockets()));
  const listener = new Listener(config);

  const exposureLog = await SegmentLog.open(folder, 'exposures');
  const eventLog = await SegmentLog.open(folder, 'events');
  const intake = new EventIntake(eventLog, pool, app.log);
  const exposureSink = new CopySink<Exposure>(config.databaseUrl, exposuresTarget);
  const eventSink = new CopySink<StoredEvent>(config.databaseUrl, eventsTarget, (events) => intake.shipped(events));
  const shipping = new ShipLoop(
    [new Shipper(exposureLog, exposureSink, app.log), new Shipper(eventLog, eventSink, app.log)],
    app.log,
  );

  await app.register(
    (scope) => Promise.resolve(inferenceRoutes(scope, source, new Inference(connections, exposureLog))),
    { prefix: '/v2' },
  );
  await app.register((scope) => Promise.resolve(feedbackRoutes(scope, source, intake)), { prefix: '/feedback' });
  await source.start();
  await listener.listen(CHANGE_CHANNEL, () => void source.reload());
  shipping.start();

  return {
    app,
    async close() {
      await app.close();
      source.stop();
      await shipping.stop();
      await Promise.all([exposureSink.close(), eventSink.close(), listener.onApplicationShutdown(), pool.end()]);
      connections.keepOnly(new Set());
      lock.close();
    },
  };
}
