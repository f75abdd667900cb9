const NETWORK_CODES = new Set(['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ENOTFOUND', 'ETIMEDOUT']);
/** SQLSTATE: shutting down (57P01..03) and every connection exception (class 08). */
const SERVER_GONE = /^(57P0[123]|08...)$/;

/** True when the server could not be reached or went away in mid-statement: the same statement may succeed in a moment. */
export function isDatabaseUnavailable(error: unknown): boolean {
  if (error instanceof AggregateError) return error.errors.some(isDatabaseUnavailable);
  if (!(error instanceof Error)) return false;
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  return (
    NETWORK_CODES.has(code) || SERVER_GONE.test(code) || /Connection terminated|connection timeout/i.test(error.message)
  );
}
