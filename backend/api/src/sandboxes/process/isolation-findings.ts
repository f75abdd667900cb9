import {
  isolationResources,
  type IsolationFinding,
  type IsolationLevel,
  type IsolationResource,
  type ProbeResult,
} from '../sandbox-driver.js';
import type { HostFacilities } from './host-facilities.js';

const INSTALL_BUBBLEWRAP = 'Install bubblewrap: apt-get install bubblewrap';
const DELEGATE = 'Run as root, or delegate a control group: systemd-run --user --scope -p Delegate=yes npm start';

/** What each resource amounts to: what the probes saw, cut back to what the means at hand can promise. */
export function findingsOf(probes: readonly ProbeResult[], facilities: HostFacilities): IsolationFinding[] {
  return isolationResources.map((resource) => {
    const own = probes.filter((probe) => probe.resource === resource);
    const escaped = own.filter(({ verdict }) => verdict === 'escaped');
    if (escaped.length > 0)
      return finding(
        resource,
        'none',
        `${escaped.map(({ title }) => title).join('; ')}: succeeded inside`,
        wallRemedy(facilities),
      );
    const unproven = own.filter(({ verdict }) => verdict === 'not-proven');
    const promise = promiseOf(resource, facilities);
    if (promise.level === 'strong' && unproven.length > 0) {
      return finding(
        resource,
        'partial',
        `not proven, because it does not succeed without the sandbox either: ${unproven.map(({ title }) => title).join('; ')}`,
        null,
      );
    }
    return promise;
  });
}

/** Walls: a hole in one of them leaves nothing that deserves to be called isolation. */
const WALLS: readonly IsolationResource[] = ['files', 'environment', 'network', 'processes'];
/** Resources whose weakness lets nobody out: a full disk or a busy CPU is a nuisance, seen and ended. */
const NUISANCES: readonly IsolationResource[] = ['disk', 'cpu'];

/** `strong` only where every wall and every limit that protects others holds and was proven; `none` where there is a hole in a wall. */
export function levelOf(findings: readonly IsolationFinding[]): IsolationLevel {
  const decisive = findings.filter(({ resource }) => !NUISANCES.includes(resource));
  if (findings.some(({ level, resource }) => level === 'none' && WALLS.includes(resource))) return 'none';
  return decisive.every(({ level }) => level === 'strong') ? 'strong' : 'partial';
}

function promiseOf(resource: IsolationResource, facilities: HostFacilities): IsolationFinding {
  const { cgroups, uidPool, seccomp, wall } = facilities;
  const strong = (reason: string): IsolationFinding => finding(resource, 'strong', reason, null);
  switch (resource) {
    case 'files':
      return strong('a mount namespace of its own, inputs read-only');
    case 'environment':
      return strong('an empty environment and an own process namespace');
    case 'network':
      return strong('no network: a network namespace without a way out');
    case 'processes':
      return strong('a process namespace of its own');
    case 'privileges':
      if (uidPool === null)
        return finding(
          resource,
          'partial',
          "no capabilities, but sandboxes run under this worker's own user",
          'Run the worker as root: every sandbox then gets a user of its own',
        );
      return strong('a user of its own, no capabilities, no new privileges');
    case 'syscalls':
      if (seccomp !== null) return strong('a seccomp program refuses dangerous system calls');
      return finding(
        resource,
        'none',
        `no seccomp program with ${wall.kind} on ${process.arch}`,
        wallRemedy(facilities),
      );
    case 'memory':
      if (cgroups !== null) return strong(`control group ${cgroups.version}`);
      return finding(resource, 'partial', 'watched every 100 ms; each process limited by RLIMIT_DATA', DELEGATE);
    case 'pids':
      if (cgroups !== null) return strong(`control group ${cgroups.version}`);
      if (uidPool !== null) return strong('RLIMIT_NPROC of a user of its own');
      return finding(resource, 'none', 'the number of processes is not limited', DELEGATE);
    case 'cpu':
      if (cgroups !== null) return strong(`control group ${cgroups.version}`);
      return finding(resource, 'partial', 'CPU seconds are watched, the share at a time is not limited', DELEGATE);
    case 'disk':
      return finding(
        resource,
        'partial',
        'temporary folders and single files are limited, the workspace as a whole is watched every 2 s',
        null,
      );
    case 'time':
      return strong('the whole tree is killed at its deadline');
  }
}

function finding(
  resource: IsolationResource,
  level: IsolationLevel,
  reason: string,
  remedy: string | null,
): IsolationFinding {
  return { resource, level, reason, remedy };
}

function wallRemedy({ wall }: HostFacilities): string | null {
  return wall.kind === 'bubblewrap' ? null : INSTALL_BUBBLEWRAP;
}
