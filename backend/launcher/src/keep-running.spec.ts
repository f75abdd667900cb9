import { expect, test, vi } from 'vitest';
import { type Kept, keepRunning, type Running } from './keep-running.js';

/** Processes that run until the test ends them. */
function fakeProcesses(): { start: () => Promise<Running>; end: () => void; started: number[] } {
  const started: number[] = [];
  let end = (): void => undefined;
  const start = (): Promise<Running> => {
    const exited = new Promise<void>((resolve) => (end = resolve));
    started.push(started.length + 1);
    return Promise.resolve({ pid: started.length, exited, stop: () => Promise.resolve(end()) });
  };
  return { start, end: () => end(), started };
}

async function keep(start: () => Promise<Running>, lines: string[] = []): Promise<Kept> {
  return await keepRunning({ name: 'api', start, say: (line) => lines.push(line), firstDelayMs: 1 });
}

test('a process that ends comes back and says so', async () => {
  const processes = fakeProcesses();
  const lines: string[] = [];
  const kept = await keep(processes.start, lines);
  processes.end();
  await vi.waitFor(() => expect(kept.pid).toBe(2));
  await vi.waitFor(() =>
    expect(lines).toEqual([expect.stringContaining('ended; starting'), 'api is back (process 2).']),
  );
  expect(kept.restarts).toBe(1);
  await kept.stop();
});

test('a restart that fails is tried again', async () => {
  const processes = fakeProcesses();
  let calls = 0;
  const kept = await keep(() => {
    calls += 1;
    return calls === 2 ? Promise.reject(new Error('port taken')) : processes.start();
  });
  processes.end();
  await vi.waitFor(() => expect(kept.pid).toBe(2));
  expect(calls).toBe(3);
  await kept.stop();
});

test('a process that is asked to stop stays away', async () => {
  const processes = fakeProcesses();
  const kept = await keep(processes.start);
  await kept.stop();
  expect(processes.started).toEqual([1]);
});

test('stopping does not wait for a restart that never comes', async () => {
  const processes = fakeProcesses();
  let calls = 0;
  const kept = await keep(() => (++calls === 1 ? processes.start() : Promise.reject(new Error('no'))));
  processes.end();
  await vi.waitFor(() => expect(calls).toBeGreaterThan(2));
  await kept.stop();
});
