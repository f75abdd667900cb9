import { chmodSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { hasApt, installPackages, unpackPackages } from './debian-packages.js';
import { Refusal } from './refusal.js';
import type { Workplace } from './workplace.js';

const packages = ['chromium', 'fonts-dejavu-core'];
const systemBrowsers = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** The browser of the end-to-end tests: CHROMIUM, the system's, or one that is installed now. @throws Refusal when none can be had */
export async function ensureChromium(place: Workplace, signal: AbortSignal): Promise<string> {
  const wished = place.environment.CHROMIUM;
  if (wished !== undefined && wished !== '') {
    if (existsSync(wished)) return wished;
    throw new Refusal(
      `CHROMIUM is '${wished}', where there is no file. Name an installed Chromium, or leave the variable out.`,
    );
  }
  const unpacked = path.join(place.home, 'tools/chromium/run');
  const present = [...systemBrowsers, unpacked].find((file) => existsSync(file));
  if (present !== undefined) return present;
  if (hasApt()) {
    console.log('Installing Chromium for the browser tests (once) ...');
    if (process.getuid?.() === 0) {
      if ((await installPackages(packages, signal)) && existsSync('/usr/bin/chromium')) return '/usr/bin/chromium';
    } else if (await unpackPackages(packages, path.dirname(unpacked), signal)) {
      writeRunner(unpacked);
      return unpacked;
    }
  }
  throw new Refusal(
    'The browser tests need Chromium, which is not here and could not be installed. ' +
      'Install it (apt-get install chromium, dnf install chromium) or set CHROMIUM to its path, then start again.',
  );
}

/** Starts the unpacked browser with its own libraries and fonts, from wherever the folder lies. */
function writeRunner(file: string): void {
  const folder = path.dirname(file);
  mkdirSync(path.join(folder, 'font-cache'), { recursive: true });
  writeFileSync(
    path.join(folder, 'fonts.conf'),
    `<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd"><fontconfig>
<dir>${folder}/usr/share/fonts</dir><dir>/usr/share/fonts</dir><cachedir>${folder}/font-cache</cachedir></fontconfig>\n`,
  );
  const libraries = ['usr/lib', 'lib'].flatMap((lib) =>
    ['x86_64-linux-gnu', 'aarch64-linux-gnu', ''].map((triplet) => path.join(folder, lib, triplet)),
  );
  writeFileSync(
    file,
    `#!/bin/sh
export LD_LIBRARY_PATH=${libraries.filter((lib) => existsSync(lib)).join(':')}
export FONTCONFIG_FILE=${folder}/fonts.conf
exec ${folder}/usr/lib/chromium/chromium "$@"\n`,
  );
  chmodSync(file, 0o755);
}
