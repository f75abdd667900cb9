import type { INestApplicationContext } from '@nestjs/common';

/** Supervisors kill what is still there after about ten seconds; this is sooner, and the exit code says it was not clean. */
const DEADLINE_MS = 5_000;

/** Ends the process cleanly on SIGTERM or SIGINT: finishes what runs, closes connections, exits 0. A second signal ends it at once. */
export function stopOnSignals(app: INestApplicationContext): void {
  let stopping = false;
  const stop = (): void => {
    if (stopping) process.exit(1);
    stopping = true;
    setTimeout(() => process.exit(1), DEADLINE_MS).unref();
    app.close().then(
      () => process.exit(0),
      () => process.exit(1),
    );
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
}
