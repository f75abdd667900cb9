/**
 * Runs twice: inside a sandbox and, as the control, outside of it as the same user. It imports nothing of ours and prints one line of
 * JSON. Every attempt aims at something that its own control was given, or at an address of ours.
 */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { appendFileSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';

interface Targets {
  canaryFile: string;
  canaryText: string;
  writableFolder: string;
  inputFile: string;
  tcpPort: number;
  abstractSocket: string;
  pathSocket: string;
  victimPid: number;
}

/** True when the attempt succeeded. */
type Attempt = (targets: Targets) => boolean | Promise<boolean>;

const CONNECT_MS = 1_000;
const numbers =
  process.arch === 'arm64'
    ? { socket: 198, addKey: 217, ioUring: 425, ptrace: 117 }
    : { socket: 41, addKey: 248, ioUring: 425, ptrace: 101 };

const attempts: Record<string, Attempt> = {
  'read-file': ({ canaryFile, canaryText }) => readFileSync(canaryFile, 'utf8').includes(canaryText),
  'read-through-proc': ({ canaryFile, canaryText }) =>
    ['1', 'self', String(process.ppid)].some((pid) => contains(`/proc/${pid}/root${canaryFile}`, canaryText)),
  'write-file': ({ writableFolder }) => {
    writeFileSync(`${writableFolder}/written`, 'x');
    return true;
  },
  'write-input': ({ inputFile }) => {
    appendFileSync(inputFile, 'x');
    return true;
  },
  'read-environment': ({ canaryText }) => processIds().some((pid) => contains(`/proc/${pid}/environ`, canaryText)),
  'connect-tcp': ({ tcpPort }) => connects({ host: '127.0.0.1', port: tcpPort }),
  'connect-abstract-socket': ({ abstractSocket }) => connects({ path: `\0${abstractSocket}` }),
  'connect-path-socket': ({ pathSocket }) => connects({ path: pathSocket }),
  'open-vsock': () => systemCall(numbers.socket, '40,1,0') >= 0,
  'see-process': ({ victimPid }) => existsSync(`/proc/${victimPid}/stat`),
  'signal-process': ({ victimPid }) => process.kill(victimPid, 0),
  'make-user-namespace': () => spawnSync('unshare', ['--user', 'true']).status === 0,
  'add-kernel-key': () => systemCall(numbers.addKey, '"user","graft-probe","x",1,-3') >= 0,
  'set-up-io-uring': () => systemCall(numbers.ioUring, '4,"\\0" x 120') >= 0,
  'ask-to-be-traced': () => systemCall(numbers.ptrace, '0,0,0,0') >= 0,
};

/** Perl is part of every Debian and can make raw system calls; where it is missing these attempts prove nothing. */
function systemCall(number: number, args: string): number {
  const perl = spawnSync('perl', ['-e', `my @a = (${args}); print syscall(${number}, @a)`], {
    encoding: 'utf8',
    timeout: 5_000,
  });
  if (perl.status !== 0) throw new Error('perl is not there');
  return Number(perl.stdout);
}

function processIds(): string[] {
  return readdirSync('/proc').filter((name) => /^\d+$/.test(name));
}

function contains(file: string, text: string): boolean {
  try {
    return readFileSync(file, 'utf8').includes(text);
  } catch {
    return false;
  }
}

function connects(target: { host: string; port: number } | { path: string }): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(target);
    const answer = (value: boolean) => (): void => {
      socket.destroy();
      resolve(value);
    };
    socket.setTimeout(CONNECT_MS, answer(false)).on('connect', answer(true)).on('error', answer(false));
  });
}

/** What a limit leaves of an attempt to take too much. */
const demands: Record<string, (amount: number, folder: string) => number | Promise<number>> = {
  /** Bytes of memory that could be taken. */
  memory: (bytes) => {
    const kept: Buffer[] = [];
    while (kept.length * (8 << 20) < bytes) kept.push(Buffer.alloc(8 << 20, 1));
    return kept.length * (8 << 20);
  },
  /** Processes that could be started. */
  processes: async (count) => {
    const children: ChildProcess[] = [];
    try {
      while (children.length < count) children.push(await started(spawn('sleep', ['30'], { stdio: 'ignore' })));
    } catch {
      // No more are allowed.
    }
    // Buried, too: a zombie counts against the next one's limit.
    await Promise.all(children.map((child) => new Promise((resolve) => child.once('exit', resolve).kill('SIGKILL'))));
    return children.length;
  },
  /** Share of one CPU that a busy loop of so many milliseconds got. */
  cpu: (ms) => {
    const start = performance.now();
    const before = process.cpuUsage();
    while (performance.now() - start < ms);
    const used = process.cpuUsage(before);
    return (used.user + used.system) / 1000 / (performance.now() - start);
  },
  /** Bytes that could be written to the temporary folder. */
  disk: (bytes, folder) => {
    let written = 0;
    try {
      for (; written < bytes; written += 1 << 20) appendFileSync(`${folder}/probe.bin`, Buffer.alloc(1 << 20, 1));
    } catch {
      return written;
    }
    return written;
  },
};

function started(child: ChildProcess): Promise<ChildProcess> {
  return new Promise((resolve, reject) => child.once('spawn', () => resolve(child)).once('error', reject));
}

const [mode = '', ...rest] = process.argv.slice(2);
const results: Record<string, boolean | number | string> = {};
if (mode === 'attempts') {
  const targets = JSON.parse(rest[0] ?? '{}') as Targets;
  for (const [id, attempt] of Object.entries(attempts)) {
    try {
      results[id] = await attempt(targets);
    } catch (error) {
      results[id] = error instanceof Error ? error.message.slice(0, 120) : String(error);
    }
  }
} else {
  for (const demand of mode.split(',')) {
    const [name = '', amount = '0'] = demand.split('=');
    results[name] = (await demands[name]?.(Number(amount), rest[0] ?? '/tmp')) ?? 'unknown';
  }
}
console.log(JSON.stringify(results));
process.exit(0);
