import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, watch } from 'node:fs';
import { mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** When a training is killed: some time after it began, or while it writes a checkpoint (the first to come after `at`). */
export interface Kill {
  readonly at: number;
  readonly insideCheckpoint: boolean;
}

export interface Ending {
  /** Updates this process made before its end. */
  readonly steps: number;
  /** From the beginning of the training to the end of the process. */
  readonly milliseconds: number;
  readonly killed: boolean;
  /** Whether it left a half-written checkpoint behind. */
  readonly halfWritten: boolean;
}

/** Runs a training program in a folder until it ends by itself, or until SIGKILL ends it. Throws where it fails by itself. */
export async function runTraining(program: string, folder: string, kill?: Kill): Promise<Ending> {
  const checkpoints = join(folder, 'checkpoint');
  await mkdir(checkpoints, { recursive: true });
  const child = spawn(process.execPath, [program, folder], { stdio: ['ignore', 'pipe', 'inherit'] });
  const exited = once(child, 'exit') as Promise<[number | null, string | null]>;
  let [began, steps] = [0, 0];
  const die = (): boolean => child.kill('SIGKILL');
  const watcher = watch(checkpoints, (_event, name) => {
    const due = kill?.insideCheckpoint && began > 0 && performance.now() - began >= kill.at;
    if (due && name?.endsWith('.part') && existsSync(join(checkpoints, name))) die();
  });
  let timer: NodeJS.Timeout | undefined;
  for await (const line of createInterface({ input: child.stdout })) {
    if (line.startsWith('step ')) steps += 1;
    if (!line.startsWith('ready')) continue;
    began = performance.now();
    if (kill && !kill.insideCheckpoint) timer = setTimeout(die, kill.at);
  }
  const [code, signal] = await exited;
  clearTimeout(timer);
  watcher.close();
  if (signal === null && code !== 0) throw new Error(`${program}: expected exit status 0, found ${code}.`);
  const left = await readdir(checkpoints);
  return {
    steps,
    milliseconds: performance.now() - began,
    killed: signal === 'SIGKILL',
    halfWritten: left.some((name) => name.endsWith('.part')),
  };
}

/** sha256 over names and bytes of everything below a folder but half-written files, which nobody reads. */
export async function fingerprint(folder: string): Promise<string> {
  const hash = createHash('sha256');
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile() && !entry.name.endsWith('.part'));
  for (const path of files.map((entry) => join(entry.parentPath, entry.name)).sort())
    hash.update(path.slice(folder.length)).update(await readFile(path));
  return hash.digest('hex');
}
