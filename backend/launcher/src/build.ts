import { createHash } from 'node:crypto';
import { globSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
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

/** Builds every project whose sources changed. Nothing changed since the last build here: returns at once, without Nx. */
export async function buildIfChanged(place: Workplace, signal: AbortSignal): Promise<'built' | 'unchanged'> {
  const stamp = path.join(place.root, '.nx/graft-built');
  const before = fingerprint(place.root);
  if (readStamp(stamp) === before) return 'unchanged';
  const code = await runTool(
    path.join(place.root, 'node_modules/.bin/nx'),
    ['run-many', '-t', 'build', '--outputStyle=static', '--parallel=2'],
    {
      cwd: place.root,
      env: place.environment,
      stdio: ['ignore', 'inherit', 'inherit'],
      signal,
    },
  );
  if (code !== 0) throw new Refusal('The build failed; what it printed above says where.');
  mkdirSync(path.dirname(stamp), { recursive: true });
  writeFileSync(stamp, fingerprint(place.root));
  return 'built';
}

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
