import type { SandboxMount } from '../sandbox-driver.js';

export interface SystemFolder {
  path: string;
  /** Where it points when it is a link (`/bin` -> `usr/bin`); null for a real folder, which is then mounted. */
  linkTarget: string | null;
}

export interface BubblewrapPlan {
  systemFolders: readonly SystemFolder[];
  /** Folder with generated passwd, group, nsswitch.conf and hosts. */
  etcFolder: string;
  workspace: string;
  mounts: readonly SandboxMount[];
  tmpBytes: number;
  seccompFd: number;
  /** Old or restricted bwrap builds refuse it; seccomp denies the same calls. */
  disableNestedNamespaces: boolean;
}

const SHARED_MEMORY_BYTES = 64 << 20;
const RUN_BYTES = 1 << 20;

/**
 * Arguments of bwrap, to be handed over a file descriptor: on the command line every process in the sandbox could read the host's
 * paths in `/proc/1/cmdline`. Order matters to bwrap: a later mount lies over an earlier one.
 */
export function bubblewrapArguments(plan: BubblewrapPlan): string[] {
  const readOnly = (source: string, target: string): string[] => ['--ro-bind', source, target];
  const readOnlyIfThere = (path: string): string[] => ['--ro-bind-try', path, path];
  const emptyFolder = (path: string): string[] => ['--perms', '0755', '--dir', path];
  return [
    '--unshare-all',
    '--unshare-user',
    ...(plan.disableNestedNamespaces ? ['--disable-userns'] : []),
    '--die-with-parent',
    '--new-session',
    '--uid',
    '1000',
    '--gid',
    '1000',
    '--hostname',
    'sandbox',
    '--cap-drop',
    'ALL',
    '--clearenv',
    ...readOnly('/usr', '/usr'),
    ...plan.systemFolders.flatMap(({ path, linkTarget }) =>
      linkTarget === null ? readOnly(path, path) : ['--symlink', linkTarget, path],
    ),
    ...emptyFolder('/etc'),
    ...readOnlyIfThere('/etc/ld.so.cache'),
    ...readOnlyIfThere('/etc/alternatives'),
    ...readOnlyIfThere('/etc/fonts'),
    ...['passwd', 'group', 'nsswitch.conf', 'hosts'].flatMap((file) =>
      readOnly(`${plan.etcFolder}/${file}`, `/etc/${file}`),
    ),
    '--proc',
    '/proc',
    '--dev',
    '/dev',
    '--size',
    String(SHARED_MEMORY_BYTES),
    '--tmpfs',
    '/dev/shm',
    '--remount-ro',
    '/dev',
    '--size',
    String(plan.tmpBytes),
    '--perms',
    '1777',
    '--tmpfs',
    '/tmp',
    '--size',
    String(RUN_BYTES),
    '--tmpfs',
    '/run',
    ...plan.mounts.flatMap(({ source, target, writable }) => [writable ? '--bind' : '--ro-bind', source, target]),
    '--bind',
    plan.workspace,
    '/workspace',
    ...Object.entries(runnerEnvironment).flatMap(([name, value]) => ['--setenv', name, value]),
    '--chdir',
    '/workspace',
    '--remount-ro',
    '/',
    '--seccomp',
    String(plan.seccompFd),
  ];
}

/** All a runner finds in its environment. */
export const runnerEnvironment: Readonly<Record<string, string>> = {
  PATH: '/usr/local/bin:/usr/bin:/bin',
  HOME: '/workspace',
  TMPDIR: '/tmp',
  LANG: 'C.UTF-8',
};

/** bwrap reads its arguments NUL-terminated. */
export function encodeArguments(args: readonly string[]): Buffer {
  const broken = args.find((argument) => argument.includes('\0'));
  if (broken !== undefined)
    throw new Error('a bwrap argument contains a NUL character; rename the folder that it comes from');
  return Buffer.from(args.map((argument) => `${argument}\0`).join(''));
}
