/** Asks `probe` until it answers something other than undefined; fails with `what` at the deadline. */
export async function poll<T>(what: string, probe: () => Promise<T | undefined>, deadlineMs = 120_000): Promise<T> {
  const deadline = Date.now() + deadlineMs;
  let lastError: unknown;
  while (Date.now() < deadline) {
    try {
      const value = await probe();
      if (value !== undefined) return value;
      lastError = undefined;
    } catch (error) {
      lastError = error;
    }
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  throw new Error(
    `${what}: not seen within ${deadlineMs} ms${lastError === undefined ? '' : `; last error: ${String(lastError)}`}`,
  );
}
