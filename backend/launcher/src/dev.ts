import { watch } from 'node:fs';
import path from 'node:path';
import { startGraft } from './graft.js';
import { type OwnedProcess, spawnOwned } from './owned-process.js';
import { untilAborted } from './until-aborted.js';
import type { Workplace } from './workplace.js';

/** Quiet time after the last compiled file, so that one save is one restart. */
const settleMs = 300;

/** `npm run dev`: Graft, a compiler that watches the api and restarts its processes, and Vite with the console. */
export async function dev(place: Workplace, signal: AbortSignal): Promise<number> {
  const say = (line: string): void => console.log(line);
  const graft = await startGraft({ place, say, signal });
  const run = (program: string, args: readonly string[], cwd: string): OwnedProcess =>
    spawnOwned(program, args, {
      cwd: path.join(place.root, cwd),
      env: place.environment,
      stdio: ['ignore', 'inherit', 'inherit'],
    });
  const compiler = path.join(place.root, 'node_modules/tsgo/bin/tsc');
  const tools = [
    run(process.execPath, [compiler, '-p', 'tsconfig.build.json', '--watch', '--preserveWatchOutput'], 'backend/api'),
    run(path.join(place.root, 'node_modules/.bin/vite'), ['--clearScreen', 'false'], 'console'),
  ];
  let settling: NodeJS.Timeout | undefined;
  const watcher = watch(path.join(place.root, 'backend/api/dist'), { recursive: true }, () => {
    clearTimeout(settling);
    settling = setTimeout(() => void graft.reload(), settleMs);
  });
  say(
    `\nGraft: ${graft.url}, as ${graft.adminEmail}${graft.adminPassword === undefined ? '' : `, ${graft.adminPassword}`}`,
  );
  say('Vite prints the address of the console that follows your edits.\n');
  await untilAborted(signal);
  watcher.close();
  clearTimeout(settling);
  await Promise.all(tools.map((tool) => tool.stop()));
  await graft.stop();
  return 0;
}
