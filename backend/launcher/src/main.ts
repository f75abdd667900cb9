// The launcher on the pinned Node: `main.js VERB [arguments]`. bootstrap.mjs brings us here.
import { killAllOwned } from './owned-process.js';
import { Refusal } from './refusal.js';
import { verbs } from './verbs.js';
import { readWorkplace } from './workplace.js';

const stopping = new AbortController();
let firstSignalAt = 0;
/** One Ctrl-C may arrive from the terminal, from npm and from the bootstrap. */
const sameKeystrokeMs = 1000;

function onSignal(): void {
  if (!stopping.signal.aborted) {
    firstSignalAt = Date.now();
    stopping.abort();
  } else if (Date.now() - firstSignalAt > sameKeystrokeMs) {
    killAllOwned();
    process.exit(130);
  }
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, onSignal);
// The bootstrap holds the other end: when it is gone, so is the person who started us.
process.on('disconnect', () => stopping.signal.aborted || stopping.abort());
// A closed terminal must not keep us from stopping what runs.
process.stdout.on('error', () => undefined);
process.stderr.on('error', () => undefined);

const [name = '', ...args] = process.argv.slice(2);
try {
  const verb = verbs[name];
  if (verb === undefined) {
    throw new Refusal(`There is no verb '${name}'. The verbs are: ${Object.keys(verbs).join(', ')}.`);
  }
  process.exitCode = await verb({ place: readWorkplace(process.env), args, signal: stopping.signal });
} catch (error) {
  if (stopping.signal.aborted) {
    process.exitCode = 130;
  } else {
    console.error(error instanceof Refusal ? `\n${error.message}` : error);
    process.exitCode = 1;
  }
}
// Whatever a library still holds open must not keep the terminal.
process.disconnect?.();
process.exit();
