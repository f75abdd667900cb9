import { bench } from './bench.js';
import { buildIfChanged } from './build.js';
import { check, gen, test } from './checks.js';
import { dev } from './dev.js';
import { runGraftCommand } from './graft-command.js';
import { readHomeRecord } from './home.js';
import { Refusal } from './refusal.js';
import { readLocalTokens } from './set-up.js';
import { startVerb } from './start.js';
import type { Workplace } from './workplace.js';

export interface VerbContext {
  place: Workplace;
  args: readonly string[];
  signal: AbortSignal;
}

/** Every verb answers the exit code of the launcher. */
export const verbs: Record<string, (context: VerbContext) => Promise<number>> = {
  start({ place, args, signal }) {
    rejectUnknown(args, ['--no-demo', '--json-ready']);
    return startVerb({ place, signal, demo: !args.includes('--no-demo'), jsonReady: args.includes('--json-ready') });
  },
  test({ place, args, signal }) {
    rejectUnknown(args, []);
    return test(place, signal);
  },
  check({ place, args, signal }) {
    rejectUnknown(args, []);
    return check(place, signal);
  },
  gen({ place, args, signal }) {
    rejectUnknown(args, []);
    return gen(place, signal);
  },
  bench,
  dev({ place, args, signal }) {
    rejectUnknown(args, []);
    return dev(place, signal);
  },
  async graft({ place, args, signal }) {
    await buildIfChanged({ place, say: (line) => console.error(line), signal });
    const url = readHomeRecord(place.home)?.url ?? `http://${place.host}:${place.port}`;
    return runGraftCommand(args, { place, url, tokens: readLocalTokens(place.home), signal });
  },
};

function rejectUnknown(args: readonly string[], known: readonly string[]): void {
  const unknown = args.find((arg) => !known.includes(arg));
  if (unknown === undefined) return;
  throw new Refusal(
    `Unknown argument '${unknown}'. ${known.length === 0 ? 'None is known here' : `Known here: ${known.join(', ')}`}.`,
  );
}
