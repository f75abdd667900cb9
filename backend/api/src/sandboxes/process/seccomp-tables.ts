/** System calls of one processor architecture that the sandbox's seccomp program decides on. Numbers: Linux 6.x `unistd` tables. */
export interface SyscallTable {
  /** AUDIT_ARCH_* of <linux/audit.h>. */
  auditArch: number;
  /** x86-64 kernels also accept the x32 ABI, whose numbers have this bit set and would pass by every comparison. */
  x32Bit: number | null;
  /** Answered with EPERM. */
  refused: Readonly<Record<string, number>>;
  /** Answered with ENOSYS: libraries fall back to an older call that the program can look into. */
  absent: Readonly<Record<string, number>>;
  clone: number;
  socket: number;
  ioctl: number;
}

/** Added after the tables were unified: the same number everywhere. */
const unifiedRefused = {
  open_tree: 428,
  move_mount: 429,
  fsopen: 430,
  fsconfig: 431,
  fsmount: 432,
  fspick: 433,
  pidfd_getfd: 438,
  mount_setattr: 442,
  quotactl_fd: 443,
};
const unifiedAbsent = { io_uring_setup: 425, io_uring_enter: 426, io_uring_register: 427, clone3: 435 };

const x64: SyscallTable = {
  auditArch: 0xc000_003e,
  x32Bit: 0x4000_0000,
  refused: {
    ...unifiedRefused,
    ptrace: 101,
    process_vm_readv: 310,
    process_vm_writev: 311,
    kcmp: 312,
    add_key: 248,
    request_key: 249,
    keyctl: 250,
    bpf: 321,
    perf_event_open: 298,
    userfaultfd: 323,
    mount: 165,
    umount2: 166,
    pivot_root: 155,
    chroot: 161,
    unshare: 272,
    setns: 308,
    kexec_load: 246,
    kexec_file_load: 320,
    init_module: 175,
    finit_module: 313,
    delete_module: 176,
    swapon: 167,
    swapoff: 168,
    reboot: 169,
    syslog: 103,
    acct: 163,
    quotactl: 179,
    sethostname: 170,
    setdomainname: 171,
    settimeofday: 164,
    clock_settime: 227,
    clock_adjtime: 305,
    adjtimex: 159,
    iopl: 172,
    ioperm: 173,
    modify_ldt: 154,
    personality: 135,
    vhangup: 153,
    uselib: 134,
    _sysctl: 156,
    nfsservctl: 180,
    lookup_dcookie: 212,
    name_to_handle_at: 303,
    open_by_handle_at: 304,
    fanotify_init: 300,
    migrate_pages: 256,
    move_pages: 279,
  },
  absent: unifiedAbsent,
  clone: 56,
  socket: 41,
  ioctl: 16,
};

const arm64: SyscallTable = {
  auditArch: 0xc000_00b7,
  x32Bit: null,
  refused: {
    ...unifiedRefused,
    ptrace: 117,
    process_vm_readv: 270,
    process_vm_writev: 271,
    kcmp: 272,
    add_key: 217,
    request_key: 218,
    keyctl: 219,
    bpf: 280,
    perf_event_open: 241,
    userfaultfd: 282,
    mount: 40,
    umount2: 39,
    pivot_root: 41,
    chroot: 51,
    unshare: 97,
    setns: 268,
    kexec_load: 104,
    kexec_file_load: 294,
    init_module: 105,
    finit_module: 273,
    delete_module: 106,
    swapon: 224,
    swapoff: 225,
    reboot: 142,
    syslog: 116,
    acct: 89,
    quotactl: 60,
    sethostname: 161,
    setdomainname: 162,
    settimeofday: 170,
    clock_settime: 112,
    clock_adjtime: 266,
    adjtimex: 171,
    personality: 92,
    vhangup: 58,
    nfsservctl: 42,
    lookup_dcookie: 18,
    name_to_handle_at: 264,
    open_by_handle_at: 265,
    fanotify_init: 262,
    migrate_pages: 238,
    move_pages: 239,
  },
  absent: unifiedAbsent,
  clone: 220,
  socket: 198,
  ioctl: 29,
};

/** Keyed by `process.arch`. */
export const syscallTables: Readonly<Partial<Record<NodeJS.Architecture, SyscallTable>>> = { x64, arm64 };
