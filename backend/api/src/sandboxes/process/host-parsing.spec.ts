import { describe, expect, it } from 'vitest';
import { encodeArguments } from './bubblewrap.js';
import { groupFolder, parseMembership, parseMounts } from './cgroups.js';
import { chooseStage, launchArguments, uidPoolStart } from './launch-chain.js';
import { parseStat } from './process-tree.js';

describe('control groups', () => {
  it('reads a hybrid of version 1 and 2', () => {
    const mounts = parseMounts(
      [
        '31 23 0:28 / /sys/fs/cgroup rw,relatime - tmpfs tmpfs rw,mode=755',
        '32 31 0:29 / /sys/fs/cgroup/cpu,cpuacct rw,relatime - cgroup cgroup rw,cpu,cpuacct',
        '41 31 0:38 / /sys/fs/cgroup/unified rw,relatime - cgroup2 cgroup2 rw',
      ].join('\n'),
    );
    expect(mounts.get('cpuacct')?.mountPoint).toBe('/sys/fs/cgroup/cpu,cpuacct');
    expect(mounts.get('')?.mountPoint).toBe('/sys/fs/cgroup/unified');
    expect(parseMembership('4:memory:/a/b\n2:cpu,cpuacct:/\n0::/c:d\n')).toEqual([
      { controllers: ['memory'], path: '/a/b' },
      { controllers: ['cpu', 'cpuacct'], path: '/' },
      { controllers: [], path: '/c:d' },
    ]);
  });

  it('finds its own group in a container without a cgroup namespace', () => {
    const mount = { mountPoint: '/sys/fs/cgroup/memory', root: '/docker/1f' };
    expect(groupFolder(mount, '/docker/1f')).toEqual(['/sys/fs/cgroup/memory']);
    expect(groupFolder(mount, '/docker/1f/inner')).toEqual(['/sys/fs/cgroup/memory', 'inner']);
    expect(groupFolder({ mountPoint: '/sys/fs/cgroup', root: '/' }, '/user.slice/x')).toEqual([
      '/sys/fs/cgroup',
      'user.slice',
      'x',
    ]);
  });
});

describe('the launch chain', () => {
  const rlimits = { fileBytes: 10, dataBytes: null, processes: null };

  it('drops root before anything of the sandbox runs', () => {
    const drop = { uid: 1_900_000_001, stage: '/mnt', paths: [{ source: '/root/x', name: '0' }] };
    const words = launchArguments({ joinFiles: ['/cg/procs'], drop, rlimits, command: ['/mnt/0'] });
    expect(words.slice(0, 1)).toEqual(['-c']);
    const order = ['unshare', 'setpriv', 'prlimit', '/mnt/0'].map((word) => words.indexOf(word));
    expect(order).toEqual([...order].sort((a, b) => a - b));
    expect(words).toContain('--bounding-set=-all');
    expect(words[words.indexOf('--reuid') + 1]).toBe('1900000001');
  });

  it('keeps an ordinary user as it is', () => {
    const words = launchArguments({ joinFiles: [], drop: null, rlimits, command: ['bwrap'] });
    expect(words).not.toContain('setpriv');
    expect(words.at(-1)).toBe('bwrap');
  });

  it('stages where none of its own files are covered', () => {
    expect(chooseStage(['/root/graft'], () => true)).toBe('/mnt');
    expect(chooseStage(['/mnt/data/graft'], () => true)).toBe('/media');
    expect(() => chooseStage([], () => false)).toThrow('create an empty folder /mnt');
  });

  it('takes uids that this user namespace has', () => {
    expect(uidPoolStart('         0          0 4294967295\n')).toBe(1_900_000_000);
    expect(uidPoolStart('         0     100000      65536\n')).toBe(65_536 - 4096 - 1000);
  });

  it('hands no argument over that would end early', () => {
    expect(encodeArguments(['--a', 'b']).toString()).toBe('--a\0b\0');
    expect(() => encodeArguments(['a\0b'])).toThrow('NUL');
  });
});

it('reads a process whose name looks like the rest of its line', () => {
  const fields = ['S', '1', ...Array.from({ length: 48 }, (_, index) => String(index + 5))];
  expect(parseStat(`42 (a) R 1 (b) ${fields.join(' ')}`)).toMatchObject({
    pid: 42,
    state: 'S',
    startTicks: 22,
    residentBytes: 24 * 4096,
  });
});
