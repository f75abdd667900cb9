import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Finding } from './outcome.js';
import type { Report, Work } from './worker.js';

/** A child checks so many, then another takes over: onnxruntime keeps some memory of every session. */
const CHUNK = 150;
/** No published test needs a second, but the slopes of a VGG-19 need minutes; a child that says nothing for so long hangs. */
const SILENCE_MS = 600_000;

/** Checks everything in child processes, `workers` at a time. A native crash costs the one test that was running. */
export async function checkAll(
  work: readonly Work[],
  { workers, onFinding }: { workers: number; onFinding: (finding: Finding) => void },
): Promise<void> {
  const queue: Work[][] = [];
  for (let at = 0; at < work.length; at += CHUNK) queue.push(work.slice(at, at + CHUNK));
  const drain = async (): Promise<void> => {
    for (let chunk = queue.shift(); chunk; chunk = queue.shift()) {
      const rest = await checkChunk(chunk, onFinding);
      if (rest.length > 0) queue.unshift(rest);
    }
  };
  await Promise.all(Array.from({ length: workers }, drain));
}

/** Answers what is left after a crash; throws where the child does not even start. */
async function checkChunk(chunk: Work[], onFinding: (finding: Finding) => void): Promise<Work[]> {
  const child = fork(fileURLToPath(new URL('worker.js', import.meta.url)), {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  let started = 0;
  let finished = 0;
  let silence = setTimeout(() => child.kill('SIGKILL'), SILENCE_MS);
  child.on('message', (report: Report) => {
    clearTimeout(silence);
    silence = setTimeout(() => child.kill('SIGKILL'), SILENCE_MS);
    if ('started' in report) started = report.started + 1;
    else {
      finished += 1;
      onFinding(report.finished);
    }
  });
  child.send(chunk);
  const [code, signal] = await new Promise<[number | null, string | null]>((resolve) =>
    child.once('close', (...ended: [number | null, string | null]) => resolve(ended)),
  );
  clearTimeout(silence);
  if (started === 0)
    throw new Error(`Worker: expected it to start, found that it ended (${signal ?? `status ${code}`}).`);
  if (finished < started) {
    const { test, operators, check } = chunk[started - 1]!;
    const reason = `its process ended (${signal ?? `status ${code}`})`;
    onFinding({ test: test.name, check, operators, verdict: 'failed', reason });
  }
  return chunk.slice(started);
}
