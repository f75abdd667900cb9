import { chmod, mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newId } from '../../kernel/index.js';
import type { Sandbox, SandboxLimits } from '../sandbox-driver.js';
import { treeOf } from './process-tree.js';
import { ProcessDriver } from './process-driver.js';

const appRoot = path.resolve(fileURLToPath(import.meta.url), '../../../../../..');
const roomy: SandboxLimits = {
  memoryBytes: 512 << 20,
  cpus: 1,
  cpuSeconds: 60,
  pids: 64,
  wallMs: 30_000,
  logBytes: 1 << 20,
  workspaceBytes: 64 << 20,
  tmpBytes: 16 << 20,
};

let home: string;
let driver: ProcessDriver;
let slot = 0;

beforeAll(async () => {
  home = await mkdtemp(path.join(tmpdir(), 'graft-driver-'));
  // What lies below a folder nobody else may enter must work too.
  await chmod(home, 0o700);
  // Where nobody may install bubblewrap, `npm test` unpacks it into the home of the checkout.
  await symlink(path.join(appRoot, '.graft/tools'), path.join(home, 'tools'));
  driver = await ProcessDriver.open({ home, appRoot, allowUnsandboxed: false });
});
afterAll(async () => {
  await driver.reap(() => Promise.resolve(new Set()));
  await rm(home, { recursive: true, force: true });
});

interface Started {
  sandbox: Sandbox;
  workspace: string;
  heard: string[];
}

async function start(script: string, limits: Partial<SandboxLimits> = {}): Promise<Started> {
  const id = newId();
  const workspace = path.join(home, 'runs', id);
  const input = path.join(home, 'inputs', id);
  await mkdir(input, { recursive: true });
  await writeFile(path.join(input, 'data.txt'), 'input');
  slot += 1;
  const sandbox = await driver.start({
    id,
    slot,
    workspace,
    command: [
      '/app/bin/node',
      '-e',
      `const fs = require('node:fs'); const say = (line) => fs.writeSync(3, JSON.stringify(line) + '\\n');\n${script}`,
    ],
    mounts: [{ source: input, target: '/inputs/data', writable: false }],
    limits: { ...roomy, ...limits },
  });
  const heard: string[] = [];
  sandbox.channel.setEncoding('utf8').on('data', (text: string) => heard.push(text));
  return { sandbox, workspace, heard };
}

describe('a process sandbox', () => {
  it('sees its inputs, its workspace and nothing of the host', async () => {
    const { sandbox, heard } = await start(`
      fs.writeFileSync('/workspace/result.txt', 'made');
      const refused = (action) => { try { action(); return false } catch { return true } };
      say({
        input: fs.readFileSync('/inputs/data/data.txt', 'utf8'),
        environment: Object.keys(process.env).sort(),
        first: fs.readFileSync('/proc/1/environ', 'utf8'),
        pids: fs.readdirSync('/proc').filter((name) => /^[0-9]+$/.test(name)).length,
        home: fs.existsSync(${JSON.stringify(home)}),
        recipes: fs.existsSync('/app/node_modules/@graft/protocol/package.json'),
        inputIsReadOnly: refused(() => fs.writeFileSync('/inputs/data/x', '')),
        rootIsReadOnly: refused(() => fs.writeFileSync('/x', '')),
        interfaces: Object.keys(require('node:os').networkInterfaces()),
        seccomp: /Seccomp:\\s+(\\d)/.exec(fs.readFileSync('/proc/self/status', 'utf8'))[1],
        fds: fs.readdirSync('/proc/self/fd').length,
      });`);
    expect(await sandbox.ended).toMatchObject({ reason: 'completed', exitCode: 0, stderrTail: '' });
    const seen = JSON.parse(heard.join('')) as Record<string, unknown>;
    expect(seen).toMatchObject({
      input: 'input',
      home: false,
      recipes: true,
      inputIsReadOnly: true,
      rootIsReadOnly: true,
      seccomp: '2',
      environment: ['HOME', 'LANG', 'PATH', 'PWD', 'TMPDIR'],
      interfaces: ['lo'],
    });
    expect(String(seen['first'])).toMatch(
      /^PATH=[^\0]*\0GRAFT_SANDBOX=[^\0]*\0(PWD=\/\0|SHLVL=\d\0|_=[^\0]*\0|OLDPWD=[^\0]*\0)*$/,
    );
    expect(seen['pids']).toBeLessThan(5);
  });

  it('reports a crash with its last words', async () => {
    const { sandbox } = await start(`throw new Error('the runner broke')`);
    const end = await sandbox.ended;
    expect(end).toMatchObject({ reason: 'failed', exitCode: 1 });
    expect(end.stderrTail).toContain('the runner broke');
  });

  it('ends a sandbox that takes more memory than it may', async () => {
    const { sandbox } = await start(`const kept = []; for (;;) kept.push(Buffer.alloc(16 << 20, 1));`, {
      memoryBytes: 192 << 20,
    });
    const end = await sandbox.ended;
    expect(end.reason).toBe('oom');
    expect(end.usage.peakMemoryBytes).toBeGreaterThan(100 << 20);
  });

  it('ends a sandbox at its deadline, whatever it ignores', async () => {
    const { sandbox } = await start(
      `for (const name of ['SIGTERM', 'SIGINT', 'SIGHUP']) process.on(name, () => {}); setInterval(() => {}, 1000);`,
      { wallMs: 700 },
    );
    expect((await sandbox.ended).reason).toBe('deadline');
  });

  it('ends a sandbox that writes too much output', async () => {
    const { sandbox } = await start(`const line = 'x'.repeat(65536); for (;;) fs.writeSync(1, line);`);
    expect((await sandbox.ended).reason).toBe('log');
  });

  it('ends a sandbox that used up its CPU seconds', async () => {
    const { sandbox } = await start(`for (;;);`, { cpuSeconds: 0.5 });
    expect((await sandbox.ended).reason).toBe('cpu-budget');
  });

  it('ends a sandbox that fills the disk', async () => {
    const { sandbox } = await start(
      `for (let n = 0; ; n += 1) { if (n < 8) fs.writeFileSync('/workspace/' + n, Buffer.alloc(4 << 20, 1)); else break } setInterval(() => {}, 1000);`,
      { workspaceBytes: 16 << 20 },
    );
    expect((await sandbox.ended).reason).toBe('disk');
  });

  it('takes the whole tree along when it is killed', async () => {
    const { sandbox, heard } = await start(`
      const { spawn } = require('node:child_process');
      for (let n = 0; n < 3; n += 1) spawn('/bin/sh', ['-c', 'trap "" TERM; setsid sleep 600 & sleep 600'], { detached: true, stdio: 'ignore' }).unref();
      setTimeout(() => say('up'), 100); setInterval(() => {}, 1000);`);
    await expect.poll(() => heard.length, { timeout: 5_000 }).toBe(1);
    const before = await treeOf(sandbox.pid);
    expect(before.length).toBeGreaterThan(6);
    sandbox.kill('killed');
    expect((await sandbox.ended).reason).toBe('killed');
    for (const { pid } of before) expect(existsSync(`/proc/${pid}/exe`), `process ${pid}`).toBe(false);
  });

  it('lets a runner that is asked end by itself', async () => {
    const { sandbox, heard } = await start(
      `process.on('SIGTERM', () => { say('asked'); process.exit(0) }); say('up'); setInterval(() => {}, 1000);`,
    );
    await expect.poll(() => heard.length, { timeout: 5_000 }).toBe(1);
    sandbox.terminate();
    expect((await sandbox.ended).reason).toBe('completed');
    expect(heard.join('')).toContain('asked');
  });

  it('carries the channel both ways', async () => {
    const { sandbox, heard } = await start(`
      const channel = new (require('node:net').Socket)({ fd: 3 });
      channel.once('data', (line) => { channel.end('echo ' + line) });`);
    sandbox.channel.write('task\n');
    await sandbox.ended;
    expect(heard.join('')).toBe('echo task\n');
  });

  it('leaves nothing behind for the next worker after it was reaped', async () => {
    const { sandbox } = await start(`setInterval(() => {}, 1000);`);
    expect(await driver.reap(() => Promise.resolve(new Set([sandbox.id])))).not.toContain(sandbox.id);
    expect(await driver.reap(() => Promise.resolve(new Set()))).toContain(sandbox.id);
    expect((await sandbox.ended).exitCode).toBeNull();
    expect(await readdir(path.join(home, 'sandboxes'))).toEqual([]);
  });
});

describe('isolation, measured against controls that succeed', () => {
  it('is broken by nothing but what the report says is open', async () => {
    const report = await driver.probe();
    // Without a control group, an ordinary user's sandboxes share its number of processes and its CPU.
    const open = report.findings.filter(({ level }) => level === 'none').map(({ resource }) => resource);
    expect(report.probes.filter(({ verdict, resource }) => verdict === 'escaped' && !open.includes(resource))).toEqual(
      [],
    );
    expect(open.filter((resource) => resource !== 'cpu' && resource !== 'pids')).toEqual([]);
    // A machine that is busy with other things cannot show what a CPU limit takes away.
    expect(report.probes.filter(({ resource, control }) => control === 'failed' && resource !== 'cpu')).toEqual([]);
    expect(report.level).not.toBe('none');
  }, 60_000);

  it('says what util-linux alone leaves open', async () => {
    const weaker = await ProcessDriver.open({ home, appRoot, allowUnsandboxed: false }, (facilities) => ({
      ...facilities,
      wall: { kind: 'namespaces' },
      seccomp: null,
      cgroups: null,
    }));
    const report = await weaker.probe();
    const level = (resource: string) => report.findings.find((finding) => finding.resource === resource)?.level;
    expect(report.level).toBe('partial');
    expect([level('files'), level('environment'), level('network'), level('processes')]).toEqual([
      'strong',
      'strong',
      'strong',
      'strong',
    ]);
    expect(level('syscalls')).toBe('none');
    expect(level('memory')).toBe('partial');
  }, 60_000);

  it('is none without a wall', async () => {
    const open = await ProcessDriver.open({ home, appRoot, allowUnsandboxed: true }, (facilities) => ({
      ...facilities,
      wall: { kind: 'unsandboxed' },
      seccomp: null,
      cgroups: null,
      uidPool: null,
    }));
    expect((await open.probe()).level).toBe('none');
  }, 60_000);
});
