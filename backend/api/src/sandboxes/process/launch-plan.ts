import { existsSync } from 'node:fs';
import path from 'node:path';
import type { SandboxMount, SandboxSpec, SandboxView } from '../sandbox-driver.js';
import { bubblewrapArguments, encodeArguments } from './bubblewrap.js';
import type { HostFacilities } from './host-facilities.js';
import { chooseStage, launchArguments, type StagedPath } from './launch-chain.js';
import { namespacesCommand } from './namespaces.js';

export const ARGUMENTS_FD = 4;
export const SECCOMP_FD = 5;

/** V8 reserves its code range as writable memory, which RLIMIT_DATA counts although it is never used; Node 24 does not start below it. */
const V8_RESERVATION_BYTES = 1 << 30;

const INSIDE: SandboxView = { inputs: '/inputs', workspace: '/workspace', serve: '/serve' };

export interface LaunchRequest {
  spec: SandboxSpec;
  /** Generated files of this sandbox; `etc` in it. */
  folder: string;
  facilities: HostFacilities;
  appRoot: string;
  /** Control groups to join. */
  joinFiles: readonly string[];
}

export interface LaunchPlan {
  /** Arguments of `/bin/sh`. */
  shell: string[];
  /** What bwrap reads from `ARGUMENTS_FD`. */
  arguments: Buffer;
  view: SandboxView;
}

/** From what a sandbox shall be to the command that makes it so with the wall of this host. */
export function planLaunch({ spec, folder, facilities, appRoot, joinFiles }: LaunchRequest): LaunchPlan {
  const { wall, uidPool, cgroups } = facilities;
  const etcFolder = path.join(folder, 'etc');
  const mounts = [...appMounts(appRoot), ...spec.mounts];
  const staging =
    uidPool === null ? null : stagingOf(wall, [etcFolder, spec.workspace, ...mounts.map(({ source }) => source)]);
  const reach = (source: string): string => staging?.paths.get(source) ?? source;
  const reachable = mounts.map((mount) => ({ ...mount, source: reach(mount.source) }));
  const walled = {
    ...facilities,
    etcFolder: reach(etcFolder),
    workspace: reach(spec.workspace),
    mounts: reachable,
    tmpBytes: spec.limits.tmpBytes,
  };

  let command: string[];
  let bubblewrap: Buffer = Buffer.alloc(0);
  let view = INSIDE;
  switch (wall.kind) {
    case 'bubblewrap': {
      const { disableNestedNamespaces } = wall;
      bubblewrap = encodeArguments(bubblewrapArguments({ ...walled, seccompFd: SECCOMP_FD, disableNestedNamespaces }));
      command = [reach(wall.binary), '--args', String(ARGUMENTS_FD), '--', ...spec.command];
      break;
    }
    case 'namespaces':
      command = namespacesCommand(
        {
          ...walled,
          root: chooseStage(staging === null ? mounts.map(({ source }) => source) : [staging.stage], existsSync),
        },
        spec.command,
      );
      break;
    case 'unsandboxed':
      view = { inputs: path.join(folder, 'inputs'), workspace: spec.workspace, serve: path.join(folder, 'serve') };
      command = spec.command.map((word) => hostPath(word, mounts));
      break;
  }
  const shell = launchArguments({
    joinFiles,
    drop:
      staging === null || uidPool === null
        ? null
        : { uid: uidPool + spec.slot, stage: staging.stage, paths: staging.list },
    rlimits: {
      fileBytes: spec.limits.workspaceBytes,
      // A control group counts all processes together. Without one memory is watched, and this stops one process from outrunning that.
      dataBytes: cgroups === null ? spec.limits.memoryBytes + V8_RESERVATION_BYTES : null,
      // Counted per uid, so it is the second choice, and none where sandboxes share the uid of the worker.
      processes: uidPool === null || cgroups !== null ? null : spec.limits.pids,
    },
    command,
  });
  return { shell, arguments: bubblewrap, view };
}

/** The recipes with their packages. `node_modules/@graft/*` are links to `../../sandboxes/*`, which resolve inside as they do outside. */
function appMounts(appRoot: string): SandboxMount[] {
  const readOnly = (source: string, target: string): SandboxMount => ({ source, target, writable: false });
  return [
    readOnly(path.join(appRoot, 'sandboxes'), '/app/sandboxes'),
    readOnly(path.join(appRoot, 'node_modules'), '/app/node_modules'),
    readOnly(process.execPath, '/app/bin/node'),
  ];
}

interface Staging {
  stage: string;
  list: StagedPath[];
  /** Source -> where the sandbox's uid reaches it. */
  paths: ReadonlyMap<string, string>;
}

/** Without a wall the sandbox would have to see the host's own paths, so nothing is staged and it runs as the worker's own user. */
function stagingOf(wall: HostFacilities['wall'], sources: readonly string[]): Staging | null {
  if (wall.kind === 'unsandboxed') return null;
  const all = wall.kind === 'bubblewrap' ? [wall.binary, ...sources] : sources;
  const stage = chooseStage(all, existsSync);
  const list = [...new Set(all)].map((source, index) => ({ source, name: String(index) }));
  return { stage, list, paths: new Map(list.map(({ source, name }) => [source, path.join(stage, name)])) };
}

/** Where a path of the sandbox lies on the host. */
function hostPath(word: string, mounts: readonly SandboxMount[]): string {
  const mount = mounts.find(({ target }) => word === target || word.startsWith(`${target}/`));
  return mount === undefined ? word : mount.source + word.slice(mount.target.length);
}
