import { existsSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { runGraftCommand } from './graft-command.js';
import { type RunningGraft, startGraft } from './graft.js';
import { untilAborted } from './until-aborted.js';
import type { Workplace } from './workplace.js';

export interface StartVerbOptions {
  place: Workplace;
  signal: AbortSignal;
  /** Run the main job on the built-in catalogue on the first start of a home. */
  demo: boolean;
  /** Print one JSON line when ready, for programs that start Graft. */
  jsonReady: boolean;
}

/** `npm start`: runs until asked to stop. @returns the exit code */
export async function startVerb({ place, signal, demo, jsonReady }: StartVerbOptions): Promise<number> {
  const startedAt = Date.now();
  const say = (line: string): void => console.log(line);
  let graft: RunningGraft;
  try {
    graft = await startGraft({ place, say, signal });
  } catch (error) {
    if (signal.aborted) return 130;
    throw error;
  }
  if (jsonReady) console.log(JSON.stringify({ ready: readyFacts(graft) }));
  announce(graft, startedAt, place);
  if (demo && !signal.aborted) await firstDemo(graft, place, signal);
  await untilAborted(signal);
  say('Stopping ...');
  await graft.stop();
  say('Stopped. Everything is kept for the next start.');
  return 0;
}

function readyFacts(graft: RunningGraft): Record<string, unknown> {
  const { url, adminEmail, adminPassword, tokens } = graft;
  return { url, adminEmail, adminPassword, tokens, processes: graft.processes() };
}

function announce(graft: RunningGraft, startedAt: number, place: Workplace): void {
  const lines = [
    `Graft is ready after ${((Date.now() - startedAt) / 1000).toFixed(1)} s:  ${graft.url}`,
    `  sign in as   ${graft.adminEmail}`,
    ...(graft.adminPassword === undefined
      ? ['  password     as set at the first start']
      : [`  password     ${graft.adminPassword}   (shown this once)`]),
    `  data, logs   ${place.home}`,
    '  stop         Ctrl-C',
  ];
  console.log(`\n${lines.join('\n')}\n`);
}

/** The main job runs by itself once for each home; a run that was interrupted is taken up again by the next start. */
async function firstDemo(graft: RunningGraft, place: Workplace, signal: AbortSignal): Promise<void> {
  const done = path.join(place.home, 'demo-done');
  if (existsSync(done)) return;
  console.log('First start: running the main job on the built-in catalogue (skip it with: npm start -- --no-demo).\n');
  try {
    const code = await runGraftCommand(['demo'], { place, url: graft.url, tokens: graft.tokens, signal });
    if (code === 0) writeFileSync(done, '');
    else console.log(`\nThe demo ended with exit code ${code}. Graft runs on; try again with: npm run graft -- demo`);
  } catch (error) {
    if (!signal.aborted) throw error;
    return;
  }
  console.log(`\nGraft runs at ${graft.url} (Ctrl-C stops it).`);
  // The last line names the file with the figures, for programs that read along.
  const figures = path.join(place.home, 'reports/main-job.json');
  if (existsSync(figures)) console.log(`figures: ${figures}`);
}
