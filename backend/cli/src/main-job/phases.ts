import { seconds, table } from '../terminal/table.js';

export interface Phase {
  name: string;
  ms: number;
  /** What was found done from an earlier start of this job, so that its time is not in this one's total. */
  before: boolean;
}

/** Where the time went, phase by phase in the order they ran. */
export class Phases {
  readonly all: Phase[] = [];

  constructor(private readonly now: () => number = () => performance.now()) {}

  async run<T>(name: string, work: () => Promise<T>): Promise<T> {
    const start = this.now();
    const result = await work();
    this.add(name, this.now() - start);
    return result;
  }

  add(name: string, ms: number, before = false): void {
    this.all.push({ name, ms, before });
  }

  lines(): string[] {
    const total = this.all.filter((phase) => !phase.before).reduce((sum, phase) => sum + phase.ms, 0);
    const rows = this.all.map(({ name, ms, before }) => [name, seconds(ms), before ? 'done before' : total > 0 ? `${((100 * ms) / total).toFixed(0)} %` : '']);
    return table([{ title: 'where the time went' }, { title: 'time', align: 'right' }, { title: 'share', align: 'right' }], [...rows, ['together', seconds(total), '']]);
  }
}
