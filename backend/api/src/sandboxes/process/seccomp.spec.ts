import { describe, expect, it } from 'vitest';
import { seccompInstructions, seccompProgram } from './seccomp.js';
import { syscallTables, type SyscallTable } from './seccomp-tables.js';

const ALLOW = 0x7fff_0000;
const KILL = 0x8000_0000;
const EPERM = 0x0005_0001;
const ENOSYS = 0x0005_0026;
const EAFNOSUPPORT = 0x0005_0061;

interface Call {
  architecture: number;
  number: number;
  args?: [number, number];
}

/** A processor for the five instructions the program uses. */
function evaluate(table: SyscallTable, { architecture, number, args = [0, 0] }: Call): number {
  const data: Record<number, number> = { 0: number, 4: architecture, 16: args[0], 24: args[1] };
  const program = seccompInstructions(table);
  let accumulator = 0;
  for (let at = 0; at < program.length; at += 1) {
    const { code, whenTrue, whenFalse, value } = program[at]!;
    if (code === 0x20) accumulator = data[value]!;
    else if (code === 0x06) return value;
    else {
      const holds =
        code === 0x15 ? accumulator === value : code === 0x35 ? accumulator >= value : (accumulator & value) !== 0;
      at += holds ? whenTrue : whenFalse;
    }
  }
  throw new Error('the program ran over its end');
}

describe.each(['x64', 'arm64'] as const)('the seccomp program for %s', (name) => {
  const table = syscallTables[name]!;
  const call = (number: number, ...args: [number, number] | []): number =>
    evaluate(table, { architecture: table.auditArch, number, ...(args.length === 2 ? { args } : {}) });

  it('refuses every listed call and allows the others', () => {
    for (const number of Object.values(table.refused)) expect(call(number)).toBe(EPERM);
    for (const number of Object.values(table.absent)) expect(call(number)).toBe(ENOSYS);
    const listed = new Set([...Object.values(table.refused), ...Object.values(table.absent)]);
    const special = [table.clone, table.socket, table.ioctl];
    for (let number = 0; number < 460; number += 1) {
      if (!listed.has(number) && !special.includes(number)) expect(call(number), `call ${number}`).toBe(ALLOW);
    }
  });

  it('kills a call of another architecture', () => {
    expect(evaluate(table, { architecture: 0x4000_0003, number: 1 })).toBe(KILL);
  });

  it('lets a process fork but make no namespace', () => {
    expect(call(table.clone, 17, 0)).toBe(ALLOW);
    for (const flag of [0x1000_0000, 0x2000_0000, 0x4000_0000, 0x0002_0000, 0x0200_0000, 0x0400_0000, 0x0800_0000]) {
      expect(call(table.clone, flag | 17, 0)).toBe(EPERM);
    }
  });

  it('opens sockets of four families only', () => {
    for (const family of [1, 2, 10, 16]) expect(call(table.socket, family, 0)).toBe(ALLOW);
    for (const family of [17, 38, 40, 44]) expect(call(table.socket, family, 0)).toBe(EAFNOSUPPORT);
  });

  it('types into no terminal', () => {
    expect(call(table.ioctl, 0, 0x5401)).toBe(ALLOW);
    expect(call(table.ioctl, 0, 0x5412)).toBe(EPERM);
    expect(call(table.ioctl, 0, 0x541c)).toBe(EPERM);
  });

  it('is encoded as struct sock_filter', () => {
    const program = seccompProgram(table);
    expect(program.length).toBe(seccompInstructions(table).length * 8);
    expect([...program.subarray(0, 8)]).toEqual([0x20, 0, 0, 0, 4, 0, 0, 0]);
  });
});

it('refuses the x32 door on x64', () => {
  const table = syscallTables.x64!;
  expect(evaluate(table, { architecture: table.auditArch, number: 0x4000_0000 + 39 })).toBe(ENOSYS);
});
