import { readdirSync, readFileSync } from 'node:fs';

/** Parent of every process that is alive, by process id. */
function parents(): Map<number, number> {
  const found = new Map<number, number>();
  for (const entry of readdirSync('/proc')) {
    if (!/^\d+$/.test(entry)) continue;
    try {
      const stat = readFileSync(`/proc/${entry}/stat`, 'utf8');
      found.set(Number(entry), Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]));
    } catch {
      // It ended while we looked.
    }
  }
  return found;
}

function commandOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
  } catch {
    return '';
  }
}

/** Process ids of the recipes that run in sandboxes somewhere below `ancestor`: of every one that ends by itself, or of `recipe`. */
export function runnersBelow(ancestor: number, recipe = '(?!serve|search)[\\w-]+'): number[] {
  const parentOf = parents();
  const isBelow = (pid: number): boolean => {
    for (let at = parentOf.get(pid); at !== undefined && at > 1; at = parentOf.get(at))
      if (at === ancestor) return true;
    return false;
  };
  return [...parentOf.keys()].filter(
    (pid) => isBelow(pid) && new RegExp(`node.*/app/sandboxes/${recipe}/dist/main\\.js`).test(commandOf(pid)),
  );
}

/** Processes whose command line names this folder. */
export function processesNaming(folder: string): string[] {
  return [...parents().keys()]
    .filter((pid) => pid !== process.pid)
    .map(commandOf)
    .filter((command) => command.includes(folder));
}
