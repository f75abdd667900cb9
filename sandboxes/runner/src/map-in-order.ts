/** Runs `work` on up to `concurrency` values at once and yields the results in the order of the values. */
export async function* mapInOrder<T, R>(
  source: AsyncIterable<T> | Iterable<T>,
  concurrency: number,
  work: (value: T) => Promise<R>,
): AsyncGenerator<R> {
  const running: Promise<R>[] = [];
  for await (const value of source) {
    const job = work(value);
    // It is awaited in its turn; until then a rejection must not count as unhandled.
    job.catch(() => undefined);
    running.push(job);
    if (running.length >= concurrency) yield (await running.shift()) as R;
  }
  for (const job of running) yield await job;
}
