import type { SearchGauges } from '@graft/protocol';
import { Refusal } from '@graft/runner';

const WINDOW = 1000;

/** What a search server can say of itself: latency over its last searches, and how often the index found what an exact search finds. */
export class Gauges {
  private readonly tookMs: number[] = [];
  private searches = 0;
  private refused = 0;
  private recallSum = 0;
  private recallChecks = 0;

  /** Counts what is refused on the way. */
  async watchRefusals<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (error instanceof Refusal) this.refused += 1;
      throw error;
    }
  }

  /** @returns how many searches there were, this one included */
  searched(tookMs: number): number {
    this.tookMs[this.searches % WINDOW] = tookMs;
    this.searches += 1;
    return this.searches;
  }

  checked(recall: number): void {
    this.recallSum += recall;
    this.recallChecks += 1;
  }

  read(): SearchGauges {
    const sorted = this.tookMs.toSorted((a, b) => a - b);
    const quantile = (share: number): number | null => sorted[Math.ceil(share * sorted.length) - 1] ?? null;
    return {
      searches: this.searches,
      refused: this.refused,
      p50Ms: quantile(0.5),
      p95Ms: quantile(0.95),
      recall10: this.recallChecks === 0 ? null : this.recallSum / this.recallChecks,
      recallChecks: this.recallChecks,
    };
  }
}
