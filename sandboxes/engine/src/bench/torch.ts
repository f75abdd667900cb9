import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { Absent } from './report.js';

/** Debian's own interpreter: its python3-torch belongs to no other. */
const PYTHON = '/usr/bin/python3';
const PACKAGES = 'apt-get install python3-torch libopenblas0-openmp';

export interface TorchReady {
  readonly torch: string;
  readonly threads: number;
  readonly parameters: number;
  readonly blas: { readonly library: string; readonly core: string; readonly config: string; readonly openmp: boolean };
}

export const torchCommand = (...args: string[]): [string, ...string[]] => [
  PYTHON,
  fileURLToPath(new URL('../../bench/torch_peer.py', import.meta.url)),
  ...args,
];

/**
 * What makes Debian's PyTorch five times as fast as it is out of the box: OpenBLAS takes newer processors for a Pentium III unless it is
 * told, its threads shall not spin while the other half of a step computes, and memory once given is kept, in large pages.
 */
export function tuning(threads: number): Record<string, string> {
  const core = expectedCore();
  return {
    OMP_NUM_THREADS: String(threads),
    OMP_WAIT_POLICY: 'PASSIVE',
    ...(core === undefined ? {} : { OPENBLAS_CORETYPE: core }),
    GLIBC_TUNABLES: 'glibc.malloc.hugetlb=1',
    MALLOC_MMAP_THRESHOLD_: '2000000000',
    MALLOC_TRIM_THRESHOLD_: '4000000000',
    MALLOC_TOP_PAD_: '268435456',
  };
}

/** OpenBLAS' name for the kernels that fit this processor. */
function expectedCore(): string | undefined {
  const flags = new Set(/^flags\s*:(.*)$/m.exec(readFileSync('/proc/cpuinfo', 'utf8'))?.[1]?.split(' '));
  if (flags.has('avx512f')) return 'SkylakeX';
  return flags.has('avx2') ? 'Haswell' : undefined;
}

/** @throws Absent where PyTorch is not installed as Debian packages it */
export async function requireTorch(): Promise<void> {
  const found =
    existsSync(PYTHON) &&
    (await promisify(execFile)(PYTHON, ['-c', 'import torch']).then(
      () => true,
      () => false,
    ));
  if (!found) throw new Absent(`PyTorch: expected Debian's python3-torch, found none. Install it: ${PACKAGES}`);
}

/** @throws Absent where the peer computes with an untuned BLAS: being faster than that says nothing */
export function requireTuned({ blas, threads }: TorchReady, wanted: number): void {
  const core = expectedCore();
  if (blas.openmp && (core === undefined || blas.core.toLowerCase() === core.toLowerCase()) && threads === wanted)
    return;
  throw new Absent(
    `PyTorch: expected OpenBLAS with OpenMP, kernels ${core ?? 'of this processor'} and ${wanted} threads, found ${blas.library} ` +
      `(${blas.config || 'not OpenBLAS'}; kernels ${blas.core || 'unknown'}; ${threads} threads). An untuned PyTorch is no peer. ` +
      `Install it: ${PACKAGES}; then choose it: update-alternatives --config libblas.so.3-x86_64-linux-gnu`,
  );
}
