import { readFile, readdir } from 'node:fs/promises';
import type { SandboxUsage } from '../sandbox-driver.js';

const PAGE_BYTES = 4096;
/** USER_HZ, fixed in the kernel's user interface. */
const TICKS_PER_SECOND = 100;

export interface ProcessStat {
  pid: number;
  state: string;
  /** Its own and its buried children's. */
  cpuSeconds: number;
  residentBytes: number;
  /** Clock ticks after boot: with the pid, the identity of a process for as long as the machine is up. */
  startTicks: number;
}

/** Parses `/proc/<pid>/stat`; the command name in it may itself contain spaces and brackets. */
export function parseStat(text: string): ProcessStat {
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const at = (position: number): number => Number(fields[position - 3] ?? 0);
  return {
    pid: Number(text.slice(0, text.indexOf(' '))),
    state: fields[0] ?? '',
    cpuSeconds: (at(14) + at(15) + at(16) + at(17)) / TICKS_PER_SECOND,
    startTicks: at(22),
    residentBytes: at(24) * PAGE_BYTES,
  };
}

export async function statOf(pid: number): Promise<ProcessStat | null> {
  return await readFile(`/proc/${pid}/stat`, 'utf8').then(parseStat, () => null);
}

/** `root` and all its living descendants. */
export async function treeOf(root: number): Promise<ProcessStat[]> {
  const found: ProcessStat[] = [];
  const open = [root];
  for (let pid = open.pop(); pid !== undefined; pid = open.pop()) {
    const stat = await statOf(pid);
    if (stat === null || stat.state === 'Z') continue;
    found.push(stat);
    const threads = await readdir(`/proc/${pid}/task`).catch(() => []);
    for (const thread of threads) {
      const children = await readFile(`/proc/${pid}/task/${thread}/children`, 'utf8').catch(() => '');
      open.push(
        ...children
          .split(' ')
          .filter((child) => child.length > 0)
          .map(Number),
      );
    }
  }
  return found;
}

/** Where there is no control group: adds up what was seen of each process, so that one that ended still counts. */
export class TreeMeter {
  private readonly cpuByProcess = new Map<string, number>();
  private peakMemoryBytes = 0;

  /** Returns the memory in use now. */
  record(tree: readonly ProcessStat[]): number {
    for (const { pid, startTicks, cpuSeconds } of tree) this.cpuByProcess.set(`${pid}:${startTicks}`, cpuSeconds);
    const residentBytes = tree.reduce((sum, { residentBytes: bytes }) => sum + bytes, 0);
    this.peakMemoryBytes = Math.max(this.peakMemoryBytes, residentBytes);
    return residentBytes;
  }

  /** An upper bound: a parent's figure includes its buried children, who were counted while they lived. */
  usage(): SandboxUsage {
    const cpuSeconds = [...this.cpuByProcess.values()].reduce((sum, seconds) => sum + seconds, 0);
    return { cpuSeconds, peakMemoryBytes: this.peakMemoryBytes };
  }
}
