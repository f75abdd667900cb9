/** Polls until `probe` stops throwing and returns its value; after the deadline its last error is thrown. */
export async function eventually<T>(probe: () => T | Promise<T>, deadlineMs = 10_000): Promise<T> {
  const end = Date.now() + deadlineMs;
  for (;;) {
    try {
      return await probe();
    } catch (error) {
      if (Date.now() > end) throw error;
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
  }
}
