import { chmodSync, copyFileSync, existsSync, mkdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { hasApt, installPackages, unpackPackages } from './debian-packages.js';
import type { Workplace } from './workplace.js';

const systemFolders = ['/usr/local/bin', '/usr/bin', '/bin'];

/** Installs bubblewrap, which the sandboxes stand on, where that is allowed. Where not: says so and goes on. */
export async function ensureBubblewrap(
  place: Workplace,
  say: (line: string) => void,
  signal: AbortSignal,
): Promise<void> {
  const own = path.join(place.home, 'tools/bwrap');
  if ([own, ...systemFolders.map((folder) => path.join(folder, 'bwrap'))].some((file) => existsSync(file))) return;
  // A test or a bench has a home of its own: it takes what the checkout's home has already.
  const unpackedBefore = path.join(place.root, '.graft/tools/bwrap');
  if (existsSync(unpackedBefore)) {
    keep(unpackedBefore, own);
    return;
  }
  if (hasApt()) {
    say('Installing bubblewrap, which isolates the sandboxes ...');
    const installed =
      process.getuid?.() === 0 ? await installPackages(['bubblewrap'], signal) : await unpack(own, signal);
    if (installed) return;
  }
  say(
    'bubblewrap is not here and could not be installed: sandboxes fall back to plain namespaces without seccomp, or are refused. ' +
      'Install it (apt-get install bubblewrap, dnf install bubblewrap); the page "Sandboxes" says what is enforced.',
  );
}

async function unpack(own: string, signal: AbortSignal): Promise<boolean> {
  const folder = `${own}.unpacked`;
  try {
    if (!(await unpackPackages(['bubblewrap'], folder, signal))) return false;
    keep(path.join(folder, 'usr/bin/bwrap'), own);
    return true;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function keep(binary: string, own: string): void {
  mkdirSync(path.dirname(own), { recursive: true });
  copyFileSync(binary, own);
  chmodSync(own, 0o755);
}
