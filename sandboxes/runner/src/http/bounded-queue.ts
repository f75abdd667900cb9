import { Refusal } from './refusal.js';

/** Runs jobs one after the other and refuses new ones, with 429, while `capacity` are waiting: a late answer is worse than none. */
export class BoundedQueue {
  private tail: Promise<unknown> = Promise.resolve();
  private waiting = 0;

  constructor(private readonly capacity: number) {}

  async run<T>(job: () => Promise<T>): Promise<T> {
    if (this.waiting >= this.capacity)
      throw new Refusal(429, `${this.waiting} requests are waiting already. Try again in a second.`);
    this.waiting += 1;
    const result = this.tail.then(job);
    this.tail = result.catch(() => undefined);
    try {
      return await result;
    } finally {
      this.waiting -= 1;
    }
  }
}
