import path from 'node:path';

/** A host path that the sandbox's uid must be able to reach, and the name it gets in the staging folder. */
export interface StagedPath {
  source: string;
  name: string;
}

export interface LaunchChain {
  /** Control groups to join: files that take a process id. */
  joinFiles: readonly string[];
  /** Present for a root control plane: drop to this uid before bwrap starts. */
  drop: { uid: number; stage: string; paths: readonly StagedPath[] } | null;
  rlimits: { fileBytes: number; dataBytes: number | null; processes: number | null };
  command: readonly string[];
}

export const OPEN_FILES = 4096;

/** `sh -c JOIN sh <count> <file>... <command>...` */
const JOIN = `set -e
left=$1; shift
while [ "$left" -gt 0 ]; do echo $$ > "$1"; shift; left=$((left - 1)); done
exec "$@"`;

/**
 * `sh -c STAGE sh <stage> <count> (<source> <name>)... <command>...`. A root control plane may keep its files below folders that
 * nobody else may enter (`/root` is 0700). In a mount namespace of its own, which ends with the sandbox, they are made reachable
 * through a small tmpfs; the host never sees these mounts.
 */
const STAGE = `set -e
stage=$1; left=$2; shift 2
mount -t tmpfs -o mode=0755,size=1m,nosuid,nodev graft "$stage"
while [ "$left" -gt 0 ]; do
  if [ -d "$1" ]; then mkdir "$stage/$2"; else : > "$stage/$2"; fi
  mount --bind "$1" "$stage/$2"
  shift 2; left=$((left - 1))
done
exec "$@"`;

/** One process from the shell to bwrap: every step replaces the one before, so its pid and its control group stay the same. */
export function launchArguments({ joinFiles, drop, rlimits, command }: LaunchChain): string[] {
  const { fileBytes, dataBytes, processes } = rlimits;
  const limited = [
    'prlimit',
    '--core=0:0',
    `--nofile=${OPEN_FILES}:${OPEN_FILES}`,
    `--fsize=${fileBytes}:${fileBytes}`,
    ...(dataBytes === null ? [] : [`--data=${dataBytes}:${dataBytes}`]),
    ...(processes === null ? [] : [`--nproc=${processes}:${processes}`]),
    '--',
    ...command,
  ];
  const dropped =
    drop === null
      ? limited
      : [
          'unshare',
          '--mount',
          '--propagation',
          'private',
          '--',
          '/bin/sh',
          '-c',
          STAGE,
          'sh',
          drop.stage,
          String(drop.paths.length),
          ...drop.paths.flatMap(({ source, name }) => [source, name]),
          'setpriv',
          '--reuid',
          String(drop.uid),
          '--regid',
          String(drop.uid),
          '--clear-groups',
          '--inh-caps=-all',
          '--bounding-set=-all',
          '--no-new-privs',
          '--',
          ...limited,
        ];
  return ['-c', JOIN, 'sh', String(joinFiles.length), ...joinFiles, ...dropped];
}

const STAGE_CANDIDATES = ['/mnt', '/media', '/srv', '/opt', '/var/tmp'];

/** A folder to lay the staging tmpfs over: one that hides none of the paths we need while it is covered. */
export function chooseStage(sources: readonly string[], exists: (folder: string) => boolean): string {
  const stage = STAGE_CANDIDATES.find(
    (folder) => exists(folder) && sources.every((source) => path.relative(folder, source).startsWith('..')),
  );
  if (stage === undefined) {
    throw new Error(
      `none of ${STAGE_CANDIDATES.join(', ')} exists without holding Graft's own files; create an empty folder /mnt`,
    );
  }
  return stage;
}

/** First uid of the pool: above every range that distributions hand out, or near the end of what this user namespace maps. */
export function uidPoolStart(uidMap: string): number {
  const preferred = 1_900_000_000;
  const ranges = uidMap
    .split('\n')
    .map((line) => line.trim().split(/\s+/).map(Number))
    .filter((numbers): numbers is [number, number, number] => numbers.length === 3);
  const holds = ([start, , length]: [number, number, number]): boolean =>
    preferred >= start && preferred + POOL_SIZE <= start + length;
  if (ranges.some(holds)) return preferred;
  const last = Math.max(...ranges.map(([start, , length]) => start + length));
  return Math.max(1000, last - POOL_SIZE - 1000);
}

export const POOL_SIZE = 4096;
