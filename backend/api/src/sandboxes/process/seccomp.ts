import type { SyscallTable } from './seccomp-tables.js';

/** Classic BPF opcodes (<linux/bpf_common.h>) and seccomp's answers (<linux/seccomp.h>). */
const LOAD = 0x20;
const JUMP_EQUAL = 0x15;
const JUMP_AT_LEAST = 0x35;
const JUMP_ANY_BIT = 0x45;
const RETURN = 0x06;
const ALLOW = 0x7fff_0000;
const KILL_PROCESS = 0x8000_0000;
const refuseWith = (errno: number): number => 0x0005_0000 | errno;
const EPERM = 1;
const ENOSYS = 38;
const EAFNOSUPPORT = 97;

/** Offsets in `struct seccomp_data`; arguments are 64 bits wide, of which these are the low halves (both architectures are little-endian). */
const NUMBER = 0;
const ARCHITECTURE = 4;
const FIRST_ARGUMENT = 16;
const SECOND_ARGUMENT = 24;

/** CLONE_NEWTIME is clone3 only; this is every other CLONE_NEW*. */
const NAMESPACE_FLAGS = 0x7e02_0000;
const SOCKET_DOMAINS = { unix: 1, inet: 2, inet6: 10, netlink: 16 };
/** Both push characters into a terminal as if its user had typed them. */
const TERMINAL_INJECTION = { TIOCSTI: 0x5412, TIOCLINUX: 0x541c };

interface Instruction {
  code: number;
  whenTrue: number;
  whenFalse: number;
  value: number;
}

const load = (offset: number): Instruction => ({ code: LOAD, whenTrue: 0, whenFalse: 0, value: offset });
const answer = (value: number): Instruction => ({ code: RETURN, whenTrue: 0, whenFalse: 0, value });
/** Runs `body` when the loaded number equals `value`, else jumps over it. */
const when = (value: number, body: Instruction[]): Instruction[] => [
  { code: JUMP_EQUAL, whenTrue: 0, whenFalse: body.length, value },
  ...body,
];

/**
 * The filter every sandbox runs under: no namespaces, mounts, tracing, keys, BPF, io_uring, kernel modules or clocks; sockets of
 * four families only (vsock would pass the network namespace). Everything else is allowed.
 */
export function seccompInstructions(table: SyscallTable): Instruction[] {
  const domains = Object.values(SOCKET_DOMAINS);
  const injections = Object.values(TERMINAL_INJECTION);
  return [
    load(ARCHITECTURE),
    { code: JUMP_EQUAL, whenTrue: 1, whenFalse: 0, value: table.auditArch },
    answer(KILL_PROCESS),
    load(NUMBER),
    ...(table.x32Bit === null
      ? []
      : [{ code: JUMP_AT_LEAST, whenTrue: 0, whenFalse: 1, value: table.x32Bit }, answer(refuseWith(ENOSYS))]),
    ...Object.values(table.refused).flatMap((number) => when(number, [answer(refuseWith(EPERM))])),
    ...Object.values(table.absent).flatMap((number) => when(number, [answer(refuseWith(ENOSYS))])),
    ...when(table.clone, [
      load(FIRST_ARGUMENT),
      { code: JUMP_ANY_BIT, whenTrue: 0, whenFalse: 1, value: NAMESPACE_FLAGS },
      answer(refuseWith(EPERM)),
      answer(ALLOW),
    ]),
    ...when(table.socket, [
      load(FIRST_ARGUMENT),
      ...domains.flatMap((domain) => when(domain, [answer(ALLOW)])),
      answer(refuseWith(EAFNOSUPPORT)),
    ]),
    ...when(table.ioctl, [
      load(SECOND_ARGUMENT),
      ...injections.flatMap((request) => when(request, [answer(refuseWith(EPERM))])),
      answer(ALLOW),
    ]),
    answer(ALLOW),
  ];
}

/** `struct sock_filter[]` as `bwrap --seccomp` reads it. */
export function seccompProgram(table: SyscallTable): Buffer {
  const instructions = seccompInstructions(table);
  const program = Buffer.alloc(instructions.length * 8);
  instructions.forEach((instruction, index) => {
    program.writeUInt16LE(instruction.code, index * 8);
    program.writeUInt8(instruction.whenTrue, index * 8 + 2);
    program.writeUInt8(instruction.whenFalse, index * 8 + 3);
    program.writeUInt32LE(instruction.value >>> 0, index * 8 + 4);
  });
  return program;
}
