// What the lint rules know about the tree: its projects with their tags, and which file imports which.
import { existsSync, globSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';

export const workspaceRoot = path.resolve(import.meta.dirname, '../../..');

/** @returns {{ name: string, root: string, tags: string[] }[]} */
export function readProjects() {
  const { workspaces } = JSON.parse(readFileSync(path.join(workspaceRoot, 'package.json'), 'utf8'));
  return workspaces
    .flatMap((pattern) => globSync(`${pattern}/package.json`, { cwd: workspaceRoot }))
    .map((file) => {
      const manifest = JSON.parse(readFileSync(path.join(workspaceRoot, file), 'utf8'));
      return {
        name: manifest.name,
        root: path.join(workspaceRoot, path.dirname(file)),
        tags: (manifest.nx?.tags ?? []).filter((tag) => tag.startsWith('type:')),
      };
    });
}

/** The source file that a relative import means (`./x.js` is written for `x.ts`), or undefined. */
export function resolveRelative(fromFile, specifier) {
  const target = path.resolve(path.dirname(fromFile), specifier);
  const stem = target.replace(/\.jsx?$/, '');
  return [target, `${stem}.ts`, `${stem}.tsx`, path.join(stem, 'index.ts'), path.join(stem, 'index.tsx')].find(
    (file) => existsSync(file) && statSync(file).isFile(),
  );
}

// Type-only imports vanish from the program, so they cannot make a cycle that runs.
const importStatement = /^\s*(?:import|export)\s+(?!type\b)(?:[\w*\s{},$]*?\s+from\s+)?['"](\.[^'"]+)['"]/gm;

/** What was read is trusted this long: one run of the linter asks about each file many times, an editor's server lives for days. */
const trustedMs = 5000;
const imports = new Map();
let readSince = 0;

/** Files of our own that `file` imports at run time. */
export function importsOf(file) {
  if (Date.now() - readSince > trustedMs) {
    imports.clear();
    readSince = Date.now();
  }
  let targets = imports.get(file);
  if (targets === undefined) {
    targets = [...readFileSync(file, 'utf8').matchAll(importStatement)]
      .map(([, specifier]) => resolveRelative(file, specifier))
      .filter((target) => target !== undefined);
    imports.set(file, targets);
  }
  return targets;
}
