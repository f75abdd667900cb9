import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { availableParallelism, cpus, totalmem } from 'node:os';

/** The machine and the versions that the figures were measured with. */
export async function describeEnvironment(threads: number): Promise<Record<string, string>> {
  return {
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: String(availableParallelism()),
    memoryGb: (totalmem() / 2 ** 30).toFixed(1),
    threads: String(threads),
    platform: `${process.platform} ${process.arch}`,
    node: process.versions.node,
    onnxruntime: await installedVersion('onnxruntime-node'),
  };
}

async function installedVersion(name: string): Promise<string> {
  const path = createRequire(import.meta.url).resolve(`${name}/package.json`);
  return (JSON.parse(await readFile(path, 'utf8')) as { version: string }).version;
}
