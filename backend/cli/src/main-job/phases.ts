import { seconds, table } from '../terminal/table.js';

interface Phase {
  name: string;
  ms: number;
  /** Done by an earlier start of this job: its time is shown, and is not in the total. */
  before: boolean;
}

/** Times of a run on the server. */
export interface TimedRun {
  name: string;
  startedAt: string | null;
  endedAt: string | null;
}

/** Where the time went, phase by phase in the order they ran. */
export class Phases {
  private readonly phases: Phase[] = [];
  /** Whether an earlier start of this job did a part of it: the total is then no figure to publish. */
  resumed = false;

  constructor(private readonly now: () => number = Date.now) {}

  async run<T>(name: string, work: () => Promise<T>): Promise<T> {
    const start = this.now();
    const result = await work();
    this.phases.push({ name, ms: this.now() - start, before: false });
    return result;
  }

  /** Follows an experiment and books each of its runs by the server's clock, and what is left as waiting. */
  async runSteps<T extends { runs: readonly TimedRun[] }>(name: string, work: () => Promise<T>): Promise<T> {
    const start = this.now();
    const experiment = await work();
    const end = this.now();
    let busy = 0;
    for (const run of experiment.runs) {
      if (run.startedAt === null || run.endedAt === null) continue;
      const [from, to] = [Date.parse(run.startedAt), Date.parse(run.endedAt)];
      const before = to <= start;
      // Of a run that was under way when this job began, only the rest is this job's time.
      const ms = before ? to - from : to - Math.max(from, start);
      if (before) this.resumed = true;
      else busy += ms;
      this.phases.push({ name: `${name}: ${run.name}`, ms, before });
    }
    this.phases.push({ name: `${name}: waiting between steps`, ms: Math.max(0, end - start - busy), before: false });
    return experiment;
  }

  totalMs(): number {
    return this.phases.filter((phase) => !phase.before).reduce((sum, phase) => sum + phase.ms, 0);
  }

  toJSON(): Phase[] {
    return this.phases;
  }

  lines(): string[] {
    const total = this.totalMs();
    const rows = this.phases.map(({ name, ms, before }) => [
      name,
      seconds(ms),
      before ? 'done before' : total > 0 ? `${((100 * ms) / total).toFixed(0)} %` : '',
    ]);
    return table(
      [{ title: 'where the time went' }, { title: 'time', align: 'right' }, { title: 'share', align: 'right' }],
      [...rows, ['together', seconds(total), '']],
    );
  }
}
