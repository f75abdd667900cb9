import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import type { Sink } from './shipper.js';

type Cell = string | number | null;

/** How one kind of record becomes rows of one partitioned table. */
export interface CopyTarget<T> {
  readonly table: 'exposures' | 'events';
  readonly columns: readonly string[];
  parse(line: string): T;
  cells(record: T): readonly Cell[];
  /** The moment whose month decides the partition. */
  partitionTime(record: T): string;
  /** Moves the rows of `<table>_incoming` into the table, leaving out those that are there. */
  readonly merge: string;
}

/** SQLSTATE classes of data that no second attempt will get in: invalid values, violated constraints. */
const REFUSAL = /^2[23]/;
/** Held while a partition is created: two gateways may need the same month at once. */
const PARTITION_LOCK = 0x67726166;

/** Stores records by COPY into a staging table and one merge, all in one transaction on a connection of its own. */
export class CopySink<T> implements Sink<T> {
  private client: pg.Client | undefined;
  private readonly knownPartitions = new Set<string>();

  constructor(
    private readonly databaseUrl: string,
    private readonly target: CopyTarget<T>,
    private readonly onStored: (records: readonly T[]) => void = () => undefined,
  ) {}

  parse(line: string): T {
    return this.target.parse(line);
  }

  isRefusal(error: unknown): boolean {
    return error instanceof pg.DatabaseError && REFUSAL.test(error.code ?? '');
  }

  async store(records: readonly T[]): Promise<void> {
    if (records.length === 0) return;
    const client = (this.client ??= await this.connect());
    try {
      await this.ensurePartitions(client, records);
      await client.query('BEGIN');
      await this.copy(client, records);
      await client.query(this.target.merge);
      await client.query('COMMIT');
      this.onStored(records);
    } catch (error) {
      // Whatever state the connection is in, the next attempt starts with a clean one.
      await this.close();
      throw error;
    }
  }

  async close(): Promise<void> {
    const client = this.client;
    this.client = undefined;
    await client?.end().catch(() => undefined);
  }

  private async connect(): Promise<pg.Client> {
    const client = new pg.Client({
      connectionString: this.databaseUrl,
      application_name: `graft-gateway-${this.target.table}`,
      connectionTimeoutMillis: 5_000,
    });
    client.on('error', () => {
      if (this.client === client) this.client = undefined;
    });
    await client.connect();
    const { table } = this.target;
    await client.query(`CREATE TEMP TABLE ${table}_incoming (LIKE ${table}) ON COMMIT DELETE ROWS`);
    return client;
  }

  private async copy(client: pg.Client, records: readonly T[]): Promise<void> {
    const stream = client.query(
      copyFrom(`COPY ${this.target.table}_incoming (${this.target.columns.join(', ')}) FROM STDIN`),
    );
    const lines = records.map((record) => `${this.target.cells(record).map(copyText).join('\t')}\n`);
    await pipeline(Readable.from([lines.join('')]), stream);
  }

  private async ensurePartitions(client: pg.Client, records: readonly T[]): Promise<void> {
    const months = new Set(records.map((record) => this.target.partitionTime(record).slice(0, 7)));
    for (const month of months) {
      if (this.knownPartitions.has(month)) continue;
      await this.createPartition(client, month);
      this.knownPartitions.add(month);
    }
  }

  private async createPartition(client: pg.Client, month: string): Promise<void> {
    const { table } = this.target;
    const [year, number] = month.split('-').map(Number) as [number, number];
    const next = new Date(Date.UTC(year, number, 1)).toISOString().slice(0, 7);
    await client.query('BEGIN');
    await client.query('SELECT pg_advisory_xact_lock($1)', [PARTITION_LOCK]);
    await client.query(
      `CREATE TABLE IF NOT EXISTS ${table}_${month.replace('-', '_')} PARTITION OF ${table} FOR VALUES FROM ('${month}-01T00:00:00Z') TO ('${next}-01T00:00:00Z')`,
    );
    await client.query('COMMIT');
  }
}

/** One cell in COPY's text format. */
function copyText(cell: Cell): string {
  if (cell === null) return '\\N';
  return String(cell).replaceAll(
    /[\\\t\n\r]/g,
    (character) => ({ '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' })[character]!,
  );
}
