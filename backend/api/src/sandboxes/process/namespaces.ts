import type { SandboxMount } from '../sandbox-driver.js';
import { runnerEnvironment, type SystemFolder } from './bubblewrap.js';

export interface NamespacesPlan {
  systemFolders: readonly SystemFolder[];
  etcFolder: string;
  workspace: string;
  mounts: readonly SandboxMount[];
  tmpBytes: number;
  /** An existing folder that becomes the new root. */
  root: string;
}

/**
 * What bubblewrap does, as far as util-linux can: a root of its own made of bind mounts, then `pivot_root` and no capabilities. There is
 * no seccomp program, so user namespaces, io_uring and kernel keys stay open. Paths must not contain line breaks.
 */
const BUILD_ROOT = `set -e
root=$1; tmp=$2; left=$3; shift 3
mount -t tmpfs -o mode=0755,size=16m tmpfs "$root"
cd "$root"
while [ "$left" -gt 0 ]; do
  how=$1; source=$2; target=$root$3; shift 3; left=$((left - 1))
  if [ "$how" = link ]; then ln -s "$source" "$target"; continue; fi
  if [ -d "$source" ]; then mkdir -p "$target"; else mkdir -p "\${target%/*}"; : > "$target"; fi
  mount --bind "$source" "$target"
  if [ "$how" = ro ]; then
    mount -o remount,bind,ro "$target" 2>/dev/null || mount -o remount,bind,ro,nosuid,nodev "$target" 2>/dev/null ||
      mount -o remount,bind,ro,nosuid,nodev,noexec "$target"
  fi
done
mkdir -p proc tmp dev/shm run old
mount -t proc proc proc
mount -t tmpfs -o "size=$tmp,mode=1777" tmpfs tmp
mount -t tmpfs -o size=64m,mode=1777 tmpfs dev/shm
for device in null zero full random urandom; do : > "dev/$device"; mount --bind "/dev/$device" "dev/$device"; done
ln -s /proc/self/fd dev/fd
pivot_root . old
umount -l /old
rmdir /old
mount -o remount,bind,ro /
cd /workspace
exec env -i ENVIRONMENT setpriv --no-new-privs --inh-caps=-all --bounding-set=-all -- "$@"`.replace(
  'ENVIRONMENT',
  Object.entries(runnerEnvironment)
    .map(([name, value]) => `${name}=${value}`)
    .join(' '),
);

export function namespacesCommand(plan: NamespacesPlan, command: readonly string[]): string[] {
  const steps: [how: 'ro' | 'rw' | 'link', source: string, target: string][] = [
    ['ro', '/usr', '/usr'],
    ...plan.systemFolders.map(({ path, linkTarget }): [how: 'ro' | 'link', source: string, target: string] =>
      linkTarget === null ? ['ro', path, path] : ['link', linkTarget, path],
    ),
    ['ro', plan.etcFolder, '/etc'],
    ...plan.mounts.map(({ source, target, writable }): [how: 'ro' | 'rw', source: string, target: string] => [
      writable ? 'rw' : 'ro',
      source,
      target,
    ]),
    ['rw', plan.workspace, '/workspace'],
  ];
  return [
    // Only this way does it end with the worker, as bwrap does with --die-with-parent.
    'setpriv',
    '--pdeathsig',
    'KILL',
    '--no-new-privs',
    '--',
    'unshare',
    '--user',
    '--map-root-user',
    '--mount',
    '--pid',
    '--fork',
    '--net',
    '--ipc',
    '--uts',
    '--cgroup',
    '--kill-child=KILL',
    '--',
    '/bin/sh',
    '-c',
    BUILD_ROOT,
    'sh',
    plan.root,
    String(plan.tmpBytes),
    String(steps.length),
    ...steps.flat(),
    ...command,
  ];
}
