import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { newId } from '../../kernel/index.js';
import type {
  IsolationReport,
  IsolationResource,
  ProbeResult,
  SandboxDriver,
  SandboxEnd,
  SandboxLimits,
} from '../sandbox-driver.js';
import type { HostFacilities } from './host-facilities.js';
import { SYSTEM_PATH } from './host-facilities.js';
import { findingsOf, levelOf } from './isolation-findings.js';
import { chooseStage, launchArguments, POOL_SIZE } from './launch-chain.js';

const MEBIBYTE = 1 << 20;
/** The last slot of the pool is never given to a sandbox that works. */
export const PROBE_SLOT = POOL_SIZE - 1;
/** Probes have no row in the database; the process id in their name says whose they are. */
const PROBE = 'probe-';
const CONTROL_TIMEOUT_MS = 20_000;
const LIMITS: SandboxLimits = {
  memoryBytes: 512 * MEBIBYTE,
  cpus: 1,
  cpuSeconds: 30,
  pids: 128,
  wallMs: 20_000,
  logBytes: MEBIBYTE,
  workspaceBytes: 64 * MEBIBYTE,
  tmpBytes: 8 * MEBIBYTE,
};

const attempts: Record<string, { resource: IsolationResource; title: string }> = {
  'read-file': { resource: 'files', title: 'Read a file of the host that everybody may read' },
  'read-through-proc': { resource: 'files', title: 'Read the same through the root links of /proc' },
  'write-file': { resource: 'files', title: 'Write into a folder of the host that everybody may write' },
  'write-input': { resource: 'files', title: 'Change an input' },
  'read-environment': {
    resource: 'environment',
    title: 'Find a secret in the environment of a process of the same user',
  },
  'connect-tcp': { resource: 'network', title: 'Connect to a TCP port of the host' },
  'connect-abstract-socket': { resource: 'network', title: 'Connect to an abstract Unix socket of the host' },
  'connect-path-socket': { resource: 'network', title: 'Connect to a Unix socket file of the host' },
  'open-vsock': { resource: 'syscalls', title: 'Open a VM socket, which no network namespace covers' },
  'see-process': { resource: 'processes', title: 'See a process of the host' },
  'signal-process': { resource: 'processes', title: 'Signal a process of the same user' },
  'make-user-namespace': { resource: 'privileges', title: 'Make a user namespace' },
  'add-kernel-key': { resource: 'syscalls', title: 'Add a key to a kernel keyring' },
  'set-up-io-uring': { resource: 'syscalls', title: 'Set up io_uring' },
  'ask-to-be-traced': { resource: 'syscalls', title: 'Call ptrace' },
};

type Answers = Record<string, boolean | number | string>;

/** Measures what the driver enforces here: each attempt once inside a sandbox, and once without it, where it has to succeed. */
export async function measureIsolation(
  driver: SandboxDriver,
  facilities: HostFacilities,
  home: string,
): Promise<IsolationReport> {
  const startedAtMs = performance.now();
  const probes = [...(await probeWalls(driver, facilities, home)), ...(await probeLimits(driver, facilities, home))];
  const findings = findingsOf(probes, facilities);
  return {
    driver: 'process',
    runtime: driver.runtime,
    level: levelOf(findings),
    findings,
    probes,
    sharedKernel: true,
    tookMs: Math.round(performance.now() - startedAtMs),
  };
}

export function isProbeOfLivingWorker(id: string): boolean {
  return id.startsWith(PROBE) && existsSync(`/proc/${id.split('-')[1]}`);
}

async function probeWalls(driver: SandboxDriver, facilities: HostFacilities, home: string): Promise<ProbeResult[]> {
  await using bait = await layBait();
  // The victim runs as the sandbox's own user: the same attempts from outside reach it.
  const victim = startControl(facilities, ['--eval', 'setInterval(() => {}, 1000)'], { GRAFT_CANARY: bait.canaryText });
  try {
    const targets = { ...bait.targets, victimPid: victim.pid ?? 0 };
    const control = await answersOf(startControl(facilities, [scriptFile, 'attempts', JSON.stringify(targets)], {}));
    const inside = await runInside(driver, home, {
      args: ['attempts', JSON.stringify({ ...targets, inputFile: '/inputs/canary/input.txt' })],
      input: bait.folder,
      limits: LIMITS,
    });
    if (Object.keys(inside.answers).length === 0) {
      throw new Error(
        `The probes did not run in a sandbox (${inside.end.reason}): ${inside.end.stderrTail.trim().slice(0, 500)}`,
      );
    }
    return Object.entries(attempts).map(([id, about]) => wallResult(id, about, control[id], inside.answers[id]));
  } finally {
    victim.kill('SIGKILL');
  }
}

function wallResult(
  id: string,
  about: { resource: IsolationResource; title: string },
  control: Answers[string] | undefined,
  inside: Answers[string] | undefined,
): ProbeResult {
  const controlSucceeded = control === true;
  const succeeded = inside === true;
  const verdict = succeeded ? 'escaped' : !controlSucceeded || inside === undefined ? 'not-proven' : 'blocked';
  return {
    id,
    ...about,
    control: controlSucceeded ? 'succeeded' : 'failed',
    inside: succeeded ? 'succeeded' : inside === undefined ? 'error' : 'blocked',
    verdict,
    detail: `without the sandbox: ${String(control)}; inside: ${String(inside)}`,
  };
}

interface Demand {
  id: string;
  resource: IsolationResource;
  title: string;
  demand: string;
  limits: Partial<SandboxLimits>;
  /** Whether the limit held, by what the process got or how it ended. */
  held(answer: number | undefined, end: SandboxEnd): boolean;
  /** Whether the control got what it asked for. */
  granted(answer: number | undefined): boolean;
}

const demands: Demand[] = [
  {
    id: 'take-memory',
    resource: 'memory',
    title: 'Take 384 MiB of memory where 192 are allowed',
    demand: `memory=${384 * MEBIBYTE}`,
    limits: { memoryBytes: 192 * MEBIBYTE },
    held: (_bytes, end) => end.reason === 'oom',
    granted: (bytes) => (bytes ?? 0) >= 384 * MEBIBYTE,
  },
  {
    id: 'start-processes',
    resource: 'pids',
    title: 'Start 48 processes where 32 are allowed',
    demand: 'processes=48',
    limits: { pids: 32 },
    held: (started) => started !== undefined && started < 32,
    granted: (started) => (started ?? 0) >= 48,
  },
  {
    id: 'use-cpu',
    resource: 'cpu',
    title: 'Use a whole CPU where a fifth of one is allowed',
    demand: 'cpu=300',
    limits: { cpus: 0.2 },
    held: (share) => share !== undefined && share < 0.4,
    granted: (share) => (share ?? 0) > 0.5,
  },
  {
    id: 'fill-temporary-folder',
    resource: 'disk',
    title: 'Write 16 MiB to /tmp where 8 are allowed',
    demand: `disk=${16 * MEBIBYTE}`,
    limits: {},
    held: (bytes) => bytes !== undefined && bytes <= 8 * MEBIBYTE,
    granted: (bytes) => (bytes ?? 0) >= 16 * MEBIBYTE,
  },
  {
    id: 'stay-too-long',
    resource: 'time',
    title: 'Work for 800 ms where 300 are allowed',
    demand: 'cpu=800',
    limits: { wallMs: 300 },
    held: (_share, end) => end.reason === 'deadline',
    granted: (share) => share !== undefined,
  },
];

/** A busy CPU is measured alone; the others do not mind each other. */
async function probeLimits(driver: SandboxDriver, facilities: HostFacilities, home: string): Promise<ProbeResult[]> {
  const scratch = await mkdtemp(path.join(tmpdir(), 'graft-probe-'));
  try {
    await chmod(scratch, 0o777);
    const probe = (demand: Demand): Promise<ProbeResult> => probeLimit(demand, scratch, { driver, facilities, home });
    const cpu = await Promise.all(demands.filter(({ resource }) => resource === 'cpu').map(probe));
    return [...cpu, ...(await Promise.all(demands.filter(({ resource }) => resource !== 'cpu').map(probe)))];
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

async function probeLimit(
  { id, resource, title, demand, limits, held, granted }: Demand,
  scratch: string,
  place: Place,
): Promise<ProbeResult> {
  const name = demand.slice(0, demand.indexOf('='));
  const numeric = (answers: Answers): number | undefined =>
    typeof answers[name] === 'number' ? answers[name] : undefined;
  const control = granted(numeric(await answersOf(startControl(place.facilities, [scriptFile, demand, scratch], {}))));
  const { answers, end } = await runInside(place.driver, place.home, {
    args: [demand],
    input: scratch,
    limits: { ...LIMITS, ...limits },
  });
  const isHeld = held(numeric(answers), end);
  return {
    id,
    resource,
    title,
    control: control ? 'succeeded' : 'failed',
    inside: isHeld ? 'blocked' : 'succeeded',
    verdict: !isHeld ? 'escaped' : control ? 'blocked' : 'not-proven',
    detail: `inside: ${String(answers[name] ?? end.reason)} ${end.stderrTail.trim().slice(-200)}`.trim(),
  };
}

interface Place {
  driver: SandboxDriver;
  facilities: HostFacilities;
  home: string;
}

const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
const scriptFile = fileURLToPath(new URL(`./probe-script.${extension}`, import.meta.url));
const stagedScript = `script.m${extension}`;

/** The script without a sandbox, but as the user a sandbox has. */
function startControl(facilities: HostFacilities, args: readonly string[], environment: Record<string, string>) {
  const isScript = args[0] === scriptFile;
  if (facilities.uidPool === null) {
    return spawn(process.execPath, [...args], {
      env: { PATH: SYSTEM_PATH, ...environment },
      stdio: ['ignore', 'pipe', 'ignore'],
      timeout: CONTROL_TIMEOUT_MS,
    });
  }
  const sources = [process.execPath, scriptFile];
  const stage = chooseStage(sources, existsSync);
  const chain = launchArguments({
    joinFiles: [],
    drop: {
      uid: facilities.uidPool + PROBE_SLOT,
      stage,
      paths: [
        { source: process.execPath, name: 'node' },
        { source: scriptFile, name: stagedScript },
      ],
    },
    rlimits: { fileBytes: 64 * MEBIBYTE, dataBytes: null, processes: null },
    command: [path.join(stage, 'node'), ...(isScript ? [path.join(stage, stagedScript), ...args.slice(1)] : args)],
  });
  return spawn('/bin/sh', chain, {
    env: { PATH: SYSTEM_PATH, ...environment },
    cwd: '/',
    stdio: ['ignore', 'pipe', 'ignore'],
    timeout: CONTROL_TIMEOUT_MS,
  });
}

async function answersOf(child: ReturnType<typeof startControl>): Promise<Answers> {
  return parseAnswers(child.stdout === null ? '' : await text(child.stdout));
}

function parseAnswers(output: string): Answers {
  try {
    return JSON.parse(output) as Answers;
  } catch {
    return {};
  }
}

async function runInside(
  driver: SandboxDriver,
  home: string,
  { args, input, limits }: { args: readonly string[]; input: string; limits: SandboxLimits },
): Promise<{ answers: Answers; end: SandboxEnd }> {
  const id = `${PROBE}${process.pid}-${newId()}`;
  const folder = path.join(home, 'sandboxes', id);
  try {
    const sandbox = await driver.start({
      id,
      slot: PROBE_SLOT,
      // The control channel is the only way out; the script prints, so it speaks through a shell that points its output there.
      command: ['/bin/sh', '-c', 'exec "$@" >&3', 'sh', '/app/bin/node', `/probe/${stagedScript}`, ...args],
      workspace: path.join(folder, 'workspace'),
      mounts: [
        { source: scriptFile, target: `/probe/${stagedScript}`, writable: false },
        { source: input, target: '/inputs/canary', writable: false },
      ],
      limits,
    });
    const [output, end] = await Promise.all([text(sandbox.channel), sandbox.ended]);
    return { answers: parseAnswers(output), end };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

interface Bait {
  folder: string;
  canaryText: string;
  targets: Record<string, string | number>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** Things worth reaching, all our own and reachable by anyone on this machine who is not in a sandbox. */
async function layBait(): Promise<Bait> {
  const canaryText = `canary-${randomBytes(8).toString('hex')}`;
  const folder = await mkdtemp(path.join(tmpdir(), 'graft-probe-'));
  const writableFolder = path.join(folder, 'writable');
  await chmod(folder, 0o755);
  await mkdir(writableFolder);
  await chmod(writableFolder, 0o777);
  await writeFile(path.join(folder, 'canary.txt'), canaryText, { mode: 0o644 });
  await writeFile(path.join(folder, 'input.txt'), 'input');
  await chmod(path.join(folder, 'input.txt'), 0o666);
  const pathSocket = path.join(folder, 'bait.sock');
  const servers = [await listen(0), await listen(`\0${canaryText}`), await listen(pathSocket)];
  await chmod(pathSocket, 0o777);
  const address = servers[0]?.address();
  return {
    folder,
    canaryText,
    targets: {
      canaryFile: path.join(folder, 'canary.txt'),
      canaryText,
      writableFolder,
      inputFile: path.join(folder, 'input.txt'),
      tcpPort: typeof address === 'object' && address !== null ? address.port : 0,
      abstractSocket: canaryText,
      pathSocket,
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function listen(target: number | string): Promise<Server> {
  const server = createServer((socket) => socket.on('error', () => undefined).end());
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    if (typeof target === 'number') server.listen(target, '127.0.0.1', resolve);
    else server.listen(target, resolve);
  });
  return server;
}
