import { createHash } from 'node:crypto';
import { closeSync, globSync, mkdirSync, openSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { runTool } from './owned-process.js';
import { Refusal } from './refusal.js';
import type { Workplace } from './workplace.js';

const sources = [
  'package-lock.json',
  'tsconfig.base.json',
  'nx.json',
  '{backend,sandboxes}/*/{package.json,tsconfig*.json}',
  '{console,migrations}/{package.json,tsconfig*.json,vite.config.ts,index.html}',
  '{backend,sandboxes}/*/src/**/*',
  '{console,migrations}/{src,public}/**/*',
];

export interface BuildOptions {
  place: Workplace;
  say: (line: string) => void;
  signal: AbortSignal;
}

/** Builds every project whose sources changed. Nothing changed since the last build here: returns at once, without Nx. */
export async function buildIfChanged({ place, say, signal }: BuildOptions): Promise<void> {
  const stamp = path.join(place.root, '.nx/graft-built');
  const before = fingerprint(place.root);
  if (readStamp(stamp) === before) return;
  say('Building what changed ...');
  mkdirSync(path.dirname(stamp), { recursive: true });
  const logFile = path.join(path.dirname(stamp), 'build.log');
  const log = openSync(logFile, 'w');
  const nx = path.join(place.root, 'node_modules/.bin/nx');
  const code = await runTool(nx, ['run-many', '-t', 'build', '--outputStyle=static', '--parallel=2'], {
    cwd: place.root,
    env: place.environment,
    stdio: ['ignore', log, log],
    signal,
  }).finally(() => closeSync(log));
  if (code !== 0)
    throw new Refusal(`${withoutNoise(readFileSync(logFile, 'utf8'))}\n\nThe build failed (all of it: ${logFile}).`);
  writeFileSync(stamp, fingerprint(place.root));
}

const withoutNoise = (log: string): string => log.replace(/^(?:npm (?:warn|error).*|> .*|\s*)\n/gm, '').slice(-12_000);

/** Names, sizes and times of every source, and whether each project has its output. */
function fingerprint(root: string): string {
  const hash = createHash('sha256').update(process.version);
  for (const file of sources.flatMap((pattern) => globSync(pattern, { cwd: root })).sort()) {
    const stat = statSync(path.join(root, file), { throwIfNoEntry: false });
    if (stat?.isFile()) hash.update(`${file}\n${stat.size} ${stat.mtimeMs}\n`);
  }
  hash.update(globSync(['{backend,sandboxes}/*/dist', '{console,migrations}/dist'], { cwd: root }).sort().join('\n'));
  return hash.digest('hex');
}

function readStamp(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
